/**
 * The commands through their own door: the launcher, as a person starts it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmbeddedRedis } from '../base/embedded-redis.ts';
import { createLog } from '../base/log.ts';
import type { Result } from '../result/result.ts';
import { settingsInForce } from './doctor.ts';
import { landscapeTemplate } from './templates.ts';

const launcher = fileURLToPath(new URL('../../bin/vedette.js', import.meta.url));
let folder: string;
let target: { url: string; close: () => void };

beforeAll(async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/down' ? 503 : 200, { 'content-type': 'text/html' });
    response.end('<h1>Shop</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  target = { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
});

afterAll(() => target.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-cli-'));
});

afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function vedette(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

async function project(files: Readonly<Record<string, string>> = {}): Promise<void> {
  await vedette(['init', '--url', target.url]);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, 'probes', file, '..'), { recursive: true });
    await writeFile(join(folder, 'probes', file), text);
  }
}

describe('vedette', () => {
  test('shows its help with examples, plain where there is no terminal', async () => {
    const { code, out } = await vedette(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('Examples:');
    expect(out).toBe(stripVTControlCharacters(out));
  });

  test('prints its version', async () => {
    expect(await vedette(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' });
  });

  test.each([[['vali']], [['new', 'htpp', 'shop/a']], [['validate', '--jsn']]])(
    '%j is a fault of usage',
    async (args) => {
      const { code, err } = await vedette(args);
      expect(code).toBe(2);
      expect(err).toMatch(/^error: /);
    },
  );

  test('says which setting cannot be used, without a stack', async () => {
    const { code, err } = await vedette(['validate'], { VEDETTE_WEB_PORT: 'eighty' });
    expect(code).toBe(2);
    expect(err).toContain('VEDETTE_WEB_PORT=eighty must be a whole number');
    expect(err).not.toContain('    at ');
  });
});

describe('vedette init', () => {
  test('makes a project that validates', async () => {
    const { code, out } = await vedette(['init', 'watch', '--url', target.url]);
    expect(code).toBe(0);
    expect(out).toContain('cd watch');
    const validated = await vedette(['validate', '--json'], { VEDETTE_PROBES_DIR: join(folder, 'watch/probes') });
    expect(validated.code).toBe(0);
    expect(JSON.parse(validated.out)).toMatchObject({ ok: true, probes: 2, checks: 2, vantages: { here: 2 } });
  });

  test('adds to what npm install left, and keeps it', async () => {
    const given = { name: 'mine', dependencies: { vedette: 'file:vedette-0.1.0.tgz', other: '1' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(given));
    await mkdir(join(folder, 'node_modules'));
    await writeFile(join(folder, 'package-lock.json'), '{}');
    expect((await vedette(['init'])).code).toBe(0);
    expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).toEqual({
      ...given,
      private: true,
      type: 'module',
    });
  });

  test('refuses a folder that holds something, and writes nothing', async () => {
    await writeFile(join(folder, 'notes.txt'), '');
    const { code, err } = await vedette(['init']);
    expect(code).toBe(2);
    expect(err).toContain('is not empty: notes.txt');
    expect(existsSync(join(folder, 'probes'))).toBe(false);
  });
});

describe('vedette new', () => {
  test.each(['http', 'journey', 'heartbeat'])(
    'writes a %s probe that validates, and never over another',
    async (kind) => {
      await project();
      expect(await vedette(['new', kind, 'example/added'])).toMatchObject({
        code: 0,
        out: 'wrote probes/example/added.ts\n',
      });
      expect((await vedette(['validate'])).err).toBe('');
      const again = await vedette(['new', kind, 'example/added']);
      expect(again.code).toBe(2);
      expect(again.err).toContain('is there already');
    },
  );

  test('says how to add a system that the landscape does not know', async () => {
    await project();
    expect((await vedette(['new', 'http', 'shop/search'])).out).toContain("shop: { owner: 'web' },");
  });

  test('refuses an id that no probe can have', async () => {
    await project();
    expect(await vedette(['new', 'http', '../Shop'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be the id'),
    });
  });
});

describe('vedette validate', () => {
  test('prints all faults, each with file, line and mend, and exits 1', async () => {
    await project({
      'example/a.ts':
        "import { http } from 'vedette';\nexport default http('example/a', { url: 'ftp://x', every: '30s' });\n",
      'example/b.ts': 'export default (\n',
    });
    const { code, err } = await vedette(['validate']);
    expect(code).toBe(1);
    expect(err).toMatch(/^probes\/example\/a\.ts:2 {2}.+; .+$/m);
    expect(err).toMatch(/^probes\/example\/b\.ts:\d+ {2}.+$/m);
    expect(err).toMatch(/\d+ faults\n$/);
  });
});

describe('vedette run', () => {
  test('runs the new project: steps with durations, then the sum', async () => {
    await project();
    const { code, out, err } = await vedette(['run']);
    expect(err).toBe('');
    expect(out).toMatch(/✓ example\/home {2}status 200 {2}\d+ms/);
    expect(out).toMatch(/ {4}✓ open the page {2}[\d.]+m?s\n {4}✓ see its heading {2}[\d.]+m?s\n✓ example\/visit/);
    expect(out).toMatch(/2 runs in [\d.]+s: 2 pass\n$/);
    expect(code).toBe(0);
  });

  test('says of a failing journey the step, the line, and where screenshot, document and trace are', async () => {
    await project({
      'example/buy.ts': `import { expect, journey } from 'vedette';
export default journey('example/buy', { every: '5m', timeout: '10s' }, async ({ page, step }) => {
  await step('open', () => page.goto('${target.url}'));
  await step('pay', () => expect(page.getByRole('heading')).toHaveText('Thank you', { timeout: 300 }));
});\n`,
    });
    const { code, out } = await vedette(['run', 'example/buy', '--trace']);
    expect(code).toBe(1);
    expect(out).toMatch(/ {4}✗ pay/);
    expect(out).toMatch(/✗ example\/buy {2}fail: assertion {2}at “pay”/);
    expect(out).toContain('Thank you');
    expect(out).toMatch(/ probes\/example\/buy\.ts:4\n(.*\n){2} +> 4 \| +await step\('pay'/);
    for (const kind of ['screenshot:', 'dom:', 'trace: npx playwright show-trace']) {
      const path = new RegExp(`${kind} (\\S+)`).exec(out)?.[1];
      expect(existsSync(join(folder, path ?? 'none')), kind).toBe(true);
    }
  });

  test('with --json prints one result per line and nothing else, and exits 1 for a fail', async () => {
    const probe = (id: string, path: string) =>
      `import { http } from 'vedette';\nexport default http('${id}', { url: '${target.url}${path}', every: '30s' });\n`;
    await project({ 'example/down.ts': probe('example/down', 'down'), 'example/up.ts': probe('example/up', '') });
    const { code, out } = await vedette(['run', 'probes/example/down.ts', 'example/up', '--vantage', 'here', '--json']);
    const results = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Result);
    expect(code).toBe(1);
    expect(results.map(({ probe, outcome, vantage, cause }) => ({ probe, outcome, vantage, cause }))).toEqual(
      expect.arrayContaining([
        { probe: 'example/down', outcome: 'fail', vantage: 'here', cause: 'manual' },
        { probe: 'example/up', outcome: 'pass', vantage: 'here', cause: 'manual' },
      ]),
    );
    expect(results).toHaveLength(2);
  });

  test('as a vantage whose control target is gone calls the vantage ill, not the target', async () => {
    const control = `control: 'http://127.0.0.1:1/' },`;
    await project({
      'example/down.ts': `import { http } from 'vedette';\nexport default http('example/down', { url: '${target.url}down', every: '30s' });\n`,
      'landscape.ts': landscapeTemplate('mine', 'shop.example').replace(
        "network: 'here' },",
        `network: 'here', ${control}`,
      ),
    });
    const there = await vedette(['run', 'example/down', '--vantage', 'here', '--json']);
    expect(JSON.parse(there.out)).toMatchObject({
      outcome: 'broken',
      reason: 'vantage',
      status: 503,
      message: expect.stringMatching(
        /^the vantage is ill, not the target: its control target 127\.0\.0\.1:1 fails too .* ended as fail\/status: /,
      ),
    });
    expect(there.code).toBe(2);
    const { out } = await vedette(['doctor', '--json'], { VEDETTE_VANTAGE: 'here', VEDETTE_CHROMIUM: '/none' });
    expect((JSON.parse(out) as { findings: object[] }).findings.at(-1)).toEqual({
      name: 'control',
      health: 'bad',
      text: 'no control target of here answers: connection refused by 127.0.0.1:1',
      mend: expect.stringContaining('egress'),
    });
  });

  test('exits 2 for a broken script, for a file that cannot be loaded, and for what matches nothing', async () => {
    await project({
      'example/wrong.ts': `import { journey } from 'vedette';
export default journey('example/wrong', { every: '5m' }, async () => { (undefined as unknown as { go(): void }).go(); });\n`,
      'example/torn.ts': 'export default (\n',
    });
    const wrong = await vedette(['run', 'example/wrong']);
    expect(wrong.code).toBe(2);
    expect(wrong.out).toContain('broken: script');
    expect(wrong.err).toContain('not asked for');
    expect(await vedette(['run', 'probes/example/torn.ts'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('torn.ts'),
    });
    expect(await vedette(['run', 'example/hme'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nothing matches example/hme: did you mean example/home?'),
    });
    expect(await vedette(['run', '--vantage', 'mars'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('It has: here.'),
    });
  });

  test('skips a heartbeat with a notice, which is not a pass', async () => {
    await project({
      'example/beat.ts':
        "import { heartbeat } from 'vedette';\nexport default heartbeat('example/beat', { every: '1h', grace: '5m' });\n",
    });
    const { code, err } = await vedette(['run', 'example/beat']);
    expect(err).toContain('skipped example/beat: a heartbeat is judged only by a running Vedette');
    expect(code).toBe(2);
  });
});

describe('vedette doctor', () => {
  test('finds what is here and judges the settings of a Redis that is given', async () => {
    await project();
    await using redis = await startEmbeddedRedis({ dataDir: join(folder, 'redis'), log: createLog('test', 'silent') });
    const { code, out } = await vedette(['doctor', '--json'], { VEDETTE_REDIS_URL: redis.url });
    const { ok, findings } = JSON.parse(out) as {
      ok: boolean;
      findings: { name: string; health: string; text: string }[];
    };
    expect({ ok, code }).toEqual({ ok: true, code: 0 });
    expect(findings.map(({ name }) => name)).toEqual([
      'node',
      'redis',
      'redis',
      'redis',
      'clock',
      'browser',
      'disk',
      'probes',
    ]);
    expect(findings.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['maxmemory-policy noeviction', 'appendonly yes']),
    );
    expect(out).not.toContain(new URL(redis.url).password);
  });

  test('says what is missing and what to do, and exits 1', async () => {
    const { code, out } = await vedette(['doctor'], {
      VEDETTE_REDIS_URL: 'redis://127.0.0.1:1',
      VEDETTE_CHROMIUM: '/none',
    });
    expect(code).toBe(1);
    expect(out).toMatch(/✗ redis .*127\.0\.0\.1:1/);
    expect(out).toMatch(/✗ browser .*\/none cannot be run/);
    expect(out).toMatch(/✗ probes /);
  });

  test('lists every setting, with passwords masked', () => {
    const settings = settingsInForce({
      VEDETTE_REDIS_URL: 'redis://me:hush@redis.example:6379/1',
      VEDETTE_WEB_PORT: '',
    });
    expect(settings).toContainEqual(
      expect.objectContaining({
        env: 'VEDETTE_REDIS_URL',
        value: 'redis://…@redis.example:6379/1',
        from: 'environment',
      }),
    );
    expect(settings).toContainEqual(
      expect.objectContaining({ env: 'VEDETTE_WEB_PORT', value: '8080', from: 'default' }),
    );
    expect(settings).toContainEqual(
      expect.objectContaining({ env: 'VEDETTE_VANTAGE', value: undefined, from: 'unset' }),
    );
  });
});
