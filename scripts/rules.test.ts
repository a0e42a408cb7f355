/**
 * A check that cannot fail is none: each tool of `npm test` is shown a violation in a small project that has the
 * settings of this one.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arrowFaults } from './arrow.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-rules-'));
  for (const file of ['tsconfig.json', 'biome.json', '.oxlintrc.json', 'knip.json'])
    cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  spawnSync('git', ['init', '-q'], { cwd: folder });
  write(
    'package.json',
    JSON.stringify({ name: 'planted', type: 'module', bin: 'bin/vedette.js', dependencies: { pino: '*', zod: '*' } }),
  );
  write('bin/vedette.js', "import '../src/cli/main.ts';\n");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function tool(name: string, ...args: string[]): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', name), args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' },
  });
  return { ok: status === 0, output: stdout + stderr };
}

describe('the promise rule', () => {
  const lint = () => tool('oxlint', '--type-aware', '--deny-warnings');

  test('sees a promise of this code, of a library and of an interface left floating', () => {
    write(
      'src/a.ts',
      `import type { Redis } from 'ioredis';
      interface Thing { go(): Promise<void> }
      export const later = () => Promise.resolve(1).then((one) => one + 1);
      export function all(redis: Redis, thing: Thing): void {
        redis.set('a', 'b');
        thing.go();
        later();
        [1].forEach(async () => { await later(); });
      }\n`,
    );
    const { ok, output } = lint();
    expect(ok).toBe(false);
    expect(output.match(/no-floating-promises\)/g)).toHaveLength(3);
    expect(output.match(/no-misused-promises\)/g)).toHaveLength(1);
  });

  test('is content when they are awaited', () => {
    write('src/a.ts', 'export async function all(go: () => Promise<void>): Promise<void> {\n  await go();\n}\n');
    expect(lint()).toMatchObject({ ok: true });
  });
});

describe('the style rules', () => {
  test.each([
    ['noExplicitAny', 'export const a: any = 1;\n'],
    ['noExplicitAny', 'export const a = {} as any;\n'],
    ['noNonNullAssertion', 'export const a = (b?: string) => b!.length;\n'],
    ['useImportType', "import { Buffer } from 'node:buffer';\nexport const a = (b: Buffer) => b;\n"],
    ['format', 'export const a = "double"\n'],
  ])('%s is seen in %j', (rule, source) => {
    write('src/a.ts', source);
    const { ok, output } = tool('biome', 'check', '.');
    expect(ok).toBe(false);
    expect(output).toContain(rule);
  });
});

test('the compiler refuses syntax that Node cannot erase, and an index that may be missing', () => {
  write('src/a.ts', 'export enum Colour { Red }\nexport const first = (all: string[]): string => all[0];\n');
  const { ok, output } = tool('tsc', '-p', '.');
  expect(ok).toBe(false);
  expect(output).toContain('TS1294');
  expect(output).toContain('TS2322');
});

test('dead code is seen: an export, a file and a dependency that nothing uses, and a package that is not declared', () => {
  write('src/cli/main.ts', "import { used } from '../used.ts';\nimport 'pino';\nimport 'undici';\nused();\n");
  write('src/used.ts', 'export const used = () => 1;\nexport const unused = () => 2;\n');
  write('src/orphan.ts', 'export const orphan = 1;\n');
  const { ok, output } = tool('knip');
  expect(ok).toBe(false);
  expect(output).toMatch(/Unused files[\s\S]*src\/orphan\.ts/);
  expect(output).toMatch(/Unused dependencies[\s\S]*zod/);
  expect(output).toMatch(/Unlisted dependencies[\s\S]*undici/);
  expect(output).toMatch(/Unused exports[\s\S]*unused/);
  expect(output).not.toMatch(/pino/);
});

describe('the import arrow', () => {
  const others = {
    'src/base/log.ts': 'export const log = 1;',
    'src/schedule/plan.ts': 'export const plan = 1; export interface Plan {}',
    'src/run/engine.ts': 'export const engine = 1;',
    'src/index.ts': 'export const http = 1;',
    'demo/shop.ts': 'export const shop = 1;',
    'probes/landscape.ts': "import { landscape } from 'vedette';",
  };
  const faults = (file: string, source: string) => arrowFaults(new Map(Object.entries({ ...others, [file]: source })));

  test.each([
    ['to the right', 'src/base/log.ts', "import '../run/engine.ts';"],
    ['to the right, for a type', 'src/base/time.ts', "import type { Plan } from '../schedule/plan.ts';"],
    ['to the right, as an inline type', 'src/base/time.ts', "export const a: import('../schedule/plan.ts').Plan = {};"],
    ['to the right, dynamically', 'src/base/time.ts', "export const a = await import('../schedule/plan.ts');"],
    ['to the right, passing on', 'src/base/time.ts', "export * from '../schedule/plan.ts';"],
    ['to a sibling', 'src/run/http/a.ts', "import { plan } from '../../schedule/plan.ts';"],
    ['of a vendor outside its place', 'src/schedule/a.ts', "import { request } from 'undici';"],
    ['of a part of a vendor', 'src/schedule/a.ts', "import { expect } from 'playwright/test';"],
    ['of the public surface from inside', 'src/run/a.ts', "import { http } from '../index.ts';"],
    ['of what does not ship', 'src/run/a.ts', "import { shop } from '../../demo/shop.ts';"],
    ['by a probe, of the program', 'probes/shop/a.ts', "import { log } from '../../src/base/log.ts';"],
    ['by a probe, of a package', 'probes/shop/a.ts', "import { z } from 'zod';"],
    ['that leads nowhere', 'src/run/a.ts', "import './gone.ts';"],
    ['in a circle', 'src/run/engine.ts', "import './engine.ts';"],
  ])('forbids an import %s', (_, file, source) => {
    expect(faults(file, source)).toEqual([expect.stringContaining(`${file}:1  imports`)]);
  });

  test.each([
    ['to the left', 'src/run/a.ts', "import { log } from '../base/log.ts';"],
    ['of a type of a vendor', 'src/schedule/a.ts', "import type { Dispatcher } from 'undici';"],
    ['of a vendor in its place', 'src/run/http/a.ts', "import { request } from 'undici';"],
    ['of a vendor by a test', 'src/schedule/a.test.ts', "import { Redis } from 'ioredis';"],
    ['by a probe of its landscape', 'probes/shop/a.ts', "import './../landscape.ts';"],
    ['beside using declarations', 'src/run/a.ts', "import { log } from '../base/log.ts'; await using a = log();"],
  ])('allows an import %s', (_, file, source) => {
    expect(faults(file, source)).toEqual([]);
  });
});
