import { createRequire } from 'node:module';
import { expect as assert, test } from 'vitest';
import { expect } from '../index.ts';

test("Playwright's expect is fetched when it is first used, not when a probe file is imported", () => {
  const { cache } = createRequire(import.meta.url);
  const loaded = () => Object.keys(cache).some((path) => path.includes('/node_modules/playwright/'));
  assert(loaded()).toBe(false);
  expect(1).toBe(1);
  assert(() => expect(1).toBe(2)).toThrow('Expected');
  assert(() => expect.soft).not.toThrow();
  assert(loaded()).toBe(true);
});
