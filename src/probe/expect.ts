/**
 * Playwright's `expect`, fetched when it is first used: most probe files never touch it, and loading a thousand of
 * them must not load a test runner.
 */
import { createRequire } from 'node:module';
import type { Expect } from 'playwright/test';

let loaded: Expect | undefined;

function load(): Expect {
  loaded ??= (createRequire(import.meta.url)('playwright/test') as { expect: Expect }).expect;
  return loaded;
}

/** Playwright's own `expect`, with every matcher that it has. */
export const expect: Expect = new Proxy((() => undefined) as unknown as Expect, {
  apply: (_target, self, args) => Reflect.apply(load(), self, args),
  get: (_target, name) => Reflect.get(load(), name),
  has: (_target, name) => Reflect.has(load(), name),
});
