/**
 * The published package, as a user gets it: packed, installed in an empty folder outside the repository, used.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const installMsMax = 180_000;
let folder: string;
let project: string;
let server: Server;
let url: string;

/** Runs a program in the project, without what the repository's own scripts put in the environment. */
async function run(program: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|VITEST|VEDETTE_)/i.test(name)),
  );
  env.PATH = (env.PATH ?? '')
    .split(delimiter)
    .filter((part) => !part.startsWith(root))
    .join(delimiter);
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: project, env, timeout: installMsMax });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

const vedette = (...args: string[]) => run(join(project, 'node_modules/.bin/vedette'), ...args);

beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Shop</h1>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  folder = await realpath(await mkdtemp(join(tmpdir(), 'vedette-pack-')));
  project = join(folder, 'watch');
  await mkdir(project);
  await promisify(execFile)('npm', ['pack', '--pack-destination', folder], { cwd: root, timeout: installMsMax });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  const installed = await run(
    'npm',
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    join(folder, tarball ?? 'none'),
  );
  expect(installed.code, installed.err).toBe(0);
}, installMsMax);

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

test('the package holds what runs, and no sources, tests or probes', () => {
  const inside = (path: string) => existsSync(join(project, 'node_modules/vedette', path));
  const needed = [
    'bin/vedette.js',
    'dist/src/index.js',
    'dist/src/index.d.ts',
    'dist/src/cli/main.js',
    'dist/workers',
    'LICENSE',
    'README.md',
    'docs/blocked.md',
  ];
  for (const path of needed) expect(inside(path), path).toBe(true);
  for (const path of ['src', 'probes', 'demo', 'tests', 'dist/src/cli/cli.test.js'])
    expect(inside(path), path).toBe(false);
});

test('init, new, validate and run work there', async () => {
  expect(await vedette('init', '--url', url)).toMatchObject({ code: 0, err: '' });
  expect(await vedette('new', 'heartbeat', 'example/nightly')).toMatchObject({
    code: 0,
    out: 'wrote probes/example/nightly.ts\n',
  });
  expect(await vedette('validate')).toMatchObject({ code: 0, out: expect.stringContaining('3 probes'), err: '' });
  const { code, out } = await vedette('run', 'example/home', 'example/visit');
  expect(out).toMatch(/✓ see its heading/);
  expect(out).toMatch(/2 pass\n$/);
  expect(code).toBe(0);
});

test('an editor is guided by the types: the names of the landscape are known', async () => {
  const tsc = join(root, 'node_modules/.bin/tsc');
  expect(await run(tsc, '-p', '.')).toMatchObject({ code: 0, out: '' });
  await vedette('new', 'http', 'shop/search');
  const { code, out } = await run(tsc, '-p', '.');
  expect(code).not.toBe(0);
  expect(out).toContain('not assignable to parameter of type');
});
