import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { birthOf, runs } from './process-tree.ts';
import { commandOf, Local, pages, Stand } from './trial.fixture.ts';

const open = 'async ({ page, url }) => { await page.goto(url); }';
let local: Local;

beforeAll(async () => {
  const answer = pages({ '/': '<title>Shop</title>' });
  local = await Local.listen((request, response) => {
    if (request.url !== '/hangs') answer(request, response);
  });
});
afterAll(() => local[Symbol.dispose]());

test('an API-only journey starts no browser; one with a page starts one and keeps it', async () => {
  await using stand = await Stand.create();
  const trial = { values: { url: local.url } };
  expect((await stand.try('async ({ request, url }) => { await request.get(url); }', trial)).result.outcome).toBe(
    'pass',
  );
  expect(await stand.browsers()).toEqual([]);
  expect((await stand.try(open, trial)).result.outcome).toBe('pass');
  const first = await stand.browsers();
  expect(first).not.toEqual([]);
  expect((await stand.try(open, trial)).result.outcome).toBe('pass');
  expect(await stand.browsers()).toEqual(expect.arrayContaining(first));
});

test('a script that waits for nothing of the target is broken, not a timeout of the shop', async () => {
  await using stand = await Stand.create();
  await stand.engine.prewarm();
  const { result } = await stand.try('async () => { await new Promise(() => {}); }', { probe: { timeoutMs: 1_000 } });
  expect(result).toMatchObject({ outcome: 'broken', reason: 'killed' });
});

test('a file that fails or hangs at import is broken', async () => {
  await using stand = await Stand.create();
  const thrown = await stand.try(open, {}, 'null.x;');
  expect(thrown.result).toMatchObject({ outcome: 'broken', reason: 'script' });
  const hung = await stand.try(open, { probe: { timeoutMs: 1_000 } }, 'await new Promise(() => {});');
  expect(hung.result).toMatchObject({
    outcome: 'broken',
    reason: 'script',
    message: expect.stringContaining('loading'),
  });
});

test('a browser or a child that is killed between two runs costs none', async () => {
  await using stand = await Stand.create();
  const trial = { values: { url: local.url } };
  expect((await stand.try(open, trial)).result.outcome).toBe('pass');
  await stand.engine.settled();
  for (const pid of (await stand.browsers()).slice(0, 1)) process.kill(pid, 'SIGKILL');
  await vi.waitFor(async () => expect(await stand.browsers()).toEqual([]));
  expect((await stand.try(open, trial)).result.outcome).toBe('pass');
  await stand.engine.settled();
  const [idle] = stand.engine.pids();
  process.kill(idle ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(stand.engine.pids()).not.toContain(idle));
  expect((await stand.try(open, trial)).result.outcome).toBe('pass');
});

test('a child whose script still runs after its result is not given another run', async () => {
  await using stand = await Stand.create();
  const { result } = await stand.try(`async () => {
    setTimeout(() => { throw new Error('lost'); });
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }`);
  expect(result).toMatchObject({ outcome: 'fail', message: 'lost' });
  const [first] = stand.engine.pids();
  await stand.engine.settled();
  expect(stand.engine.pids()).not.toContain(first);
});

test('a journey that waited for a free process was not held up by the shop', async () => {
  await using stand = await Stand.create();
  await stand.engine.prewarm();
  const begun = Promise.withResolvers<void>();
  const busy = stand.try(
    `async ({ step }) => { await step('wait', () => new Promise((resolve) => setTimeout(resolve, 1_500))); }`,
    { onStep: () => begun.resolve() },
  );
  await begun.promise;
  const late = await stand.try(`async ({ request, url }) => { await request.get(url + '/hangs'); }`, {
    values: { url: local.url },
    probe: { timeoutMs: 2_500 },
  });
  expect(late.result).toMatchObject({
    outcome: 'broken',
    reason: 'vantage',
    message: expect.stringMatching(/^it began 1\.\ds late/),
  });
  await busy;
});

test('a browser that does not start is ours, and says what to do', async () => {
  await using stand = await Stand.create({ chromium: '/bin/false' });
  const { result } = await stand.try(open, { values: { url: local.url } });
  expect(result).toMatchObject({
    outcome: 'broken',
    reason: 'browser',
    message: expect.stringContaining('vedette doctor'),
  });
});

test('a child is replaced after so many runs, when it holds too much memory, and when contexts are left open', async () => {
  const trial = { values: { url: local.url } };
  const leaving = `async ({ page, context, url }) => { await context.browser().newContext(); await page.goto(url); }`;
  for (const [options, script] of [
    [{ runsMax: 2 }, open],
    [{ childBytesMax: 1 }, open],
    [{}, leaving],
  ] as const) {
    await using stand = await Stand.create(options);
    await stand.try(open, trial);
    const [first] = stand.engine.pids();
    expect((await stand.try(script, trial)).result.outcome).toBe('pass');
    await stand.engine.settled();
    expect(stand.engine.pids()).not.toContain(first);
    expect(await runs(first ?? 0)).toBe(false);
    // Its replacement stands ready, with a browser since it had one.
    expect(await stand.browsers()).not.toEqual([]);
  }
});

test('more journeys than children take turns; one whose time ends in the queue was not the fault of the shop', async () => {
  await using stand = await Stand.create({ poolSize: 2 });
  await stand.engine.prewarm();
  const wait = 'async () => { await new Promise((resolve) => setTimeout(resolve, 300)); }';
  const all = await Promise.all([1, 2, 3, 4].map(() => stand.try(wait)));
  expect(all.map(({ result }) => result.outcome)).toEqual(['pass', 'pass', 'pass', 'pass']);
  expect(stand.engine.pids()).toHaveLength(2);
  const long = `async ({ step }) => { await step('wait', () => new Promise((resolve) => setTimeout(resolve, 2_000))); }`;
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const busy = begun.map(({ resolve }) => stand.try(long, { onStep: () => resolve() }));
  await Promise.all(begun.map(({ promise }) => promise));
  const { result } = await stand.try(wait, { probe: { timeoutMs: 400 } });
  expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage', message: expect.stringContaining('busy') });
  await Promise.all(busy);
});

test('disposal ends a run under way and leaves no process, folder or file', async () => {
  const stand = await Stand.create({ poolSize: 2 });
  await stand.engine.prewarm({ browser: true });
  const begun = Promise.withResolvers<void>();
  const running = stand.try(`async ({ page, step }) => { await step('wait', () => page.waitForTimeout(10_000)); }`, {
    onStep: () => begun.resolve(),
  });
  await begun.promise;
  const pids = (await stand.processes()).map(({ pid }) => pid);
  expect(pids.length).toBeGreaterThan(4);
  expect(await stand.files()).toHaveLength(1);
  await stand.engine[Symbol.asyncDispose]();
  expect((await running).result).toMatchObject({ outcome: 'broken', reason: 'killed', step: 'wait' });
  for (const pid of pids) expect(await runs(pid), await commandOf(pid)).toBe(false);
  expect(await stand.files()).toEqual([]);
  await stand[Symbol.asyncDispose]();
});

test('an engine removes what killed ones left, even one that had its own pid, and leaves the living alone', async () => {
  await using stand = await Stand.create();
  const journeys = join(stand.folder, 'var', 'journeys');
  const living = `${process.pid}-${birthOf(process.pid)}-0a`;
  for (const name of [`${process.pid}-1-0b`, `4194304-99-0c`, living]) {
    await mkdir(join(journeys, name, 'bundles'), { recursive: true });
  }
  await stand.engine.prewarm();
  const left = await stand.files();
  expect(left).toHaveLength(2);
  expect(left).toContain(living);
});

test('children end by themselves when their parent is killed, even in an endless loop', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-orphans-'));
  const parent = await parentThatLoops(folder);
  const pids = await new Promise<number[]>((resolve) => parent.once('message', (told) => resolve(told as number[])));
  expect(pids.length).toBeGreaterThan(2);
  parent.kill('SIGKILL');
  await vi.waitFor(
    async () => {
      for (const pid of pids) expect(await runs(pid), await commandOf(pid)).toBe(false);
    },
    { timeout: 5_000, interval: 50 },
  );
  // Its engine's folder lay in a folder that the stand made below TMPDIR.
  const left = (await readdir(folder, { recursive: true })).filter((path) => path.includes('var/journeys/'));
  expect(left).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});

/** A process with an engine whose one child loops; tells the pids of that child and of what it started. */
async function parentThatLoops(folder: string): Promise<ChildProcess> {
  const program = join(folder, 'parent.ts');
  await writeFile(
    program,
    `import { Stand } from ${JSON.stringify(new URL('./trial.fixture.ts', import.meta.url).href)};
    const stand = await Stand.create();
    await stand.engine.prewarm({ browser: true });
    const told = async () => process.send((await stand.processes()).map(({ pid }) => pid));
    await stand.try("async ({ page, step }) => { await step('loop', () => { for (;;); }); }", {
      probe: { timeoutMs: 60_000 }, onStep: () => void told(),
    });`,
  );
  const env = { ...process.env, TMPDIR: folder };
  return spawn(process.execPath, [program], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}
