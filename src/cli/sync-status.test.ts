/**
 * `sync` and `status` through their own door, with a real Redis.
 */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { redisNow } from '../base/redis.ts';
import { ProjectFolder } from '../probe/sample-project.fixture.ts';
import { openHistory } from '../result/history.ts';
import { RedisFixture } from '../result/redis.fixture.ts';
import { type Result, resultId } from '../result/result.ts';
import { publishPosition, resultsKey } from '../result/stream.ts';
import { putInForce } from '../schedule/force.ts';
import { scheduleKeys } from '../schedule/keys.ts';
import { lease } from '../schedule/lease.ts';
import { tellPresence } from '../schedule/presence.ts';
import { published } from '../schedule/published.ts';

const launcher = fileURLToPath(new URL('../../bin/vedette.js', import.meta.url));
const keys = scheduleKeys('shop');
let server: RedisFixture;
let redis: Redis;
let folder: ProjectFolder;
let probes: string;

beforeAll(async () => {
  server = await RedisFixture.start();
  redis = server.connect();
});
afterAll(() => server[Symbol.asyncDispose]());

const landscape = `import { landscape } from 'vedette';
export default landscape({
  project: 'shop', teams: { web: {} }, systems: { shop: { owner: 'web' } },
  vantages: { fra: { country: 'DE', network: 'one' } },
});\n`;
const http = (id: string, more = '') => `import { http } from 'vedette';
export default http('${id}', { url: 'http://127.0.0.1:9/', every: '30s'${more} });\n`;

beforeEach(async () => {
  await redis.flushall();
  folder = new ProjectFolder();
  probes = folder.write('probes', {
    'landscape.ts': landscape,
    'shop/a.ts': http('shop/a'),
    'shop/b.ts': http('shop/b'),
  });
});
afterEach(() => folder[Symbol.dispose]());

function vedette(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? '', VEDETTE_REDIS_URL: server.url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

describe('vedette sync', () => {
  test('shows and publishes, and says the second time that nothing differs', async () => {
    const dry = await vedette(['sync', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining('nothing was changed') });
    expect(await redis.dbsize()).toBe(0);
    const first = await vedette(['sync']);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(
      /plan none → [0-9a-f]{16}\n {2}\+ shop\/a\n {2}\+ shop\/b\nchecks: 0 → 2 \(2 added\)\n✓ published/,
    );
    const at = (await published(redis, 'shop'))?.at;
    const second = await vedette(['sync']);
    expect(second).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^nothing differs: plan [0-9a-f]{16} of shop/),
    });
    expect((await published(redis, 'shop'))?.at).toBe(at);
  });

  test('refuses to remove more than a tenth of the checks without --yes', async () => {
    await vedette(['sync']);
    rmSync(join(probes, 'shop/a.ts'));
    const before = await published(redis, 'shop');
    const refused = await vedette(['sync']);
    expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('− shop/a') });
    expect(refused.err).toMatch(/1 of 2 checks would go, more than a tenth; nothing was changed\n.*vedette sync --yes/);
    expect(await published(redis, 'shop')).toEqual(before);
    expect(await vedette(['sync', '--yes'])).toMatchObject({ code: 0, out: expect.stringContaining('checks: 2 → 1') });
  });

  test('keeps a broken file in force as it was, publishes the rest, says both, and exits 1', async () => {
    await vedette(['sync']);
    writeFileSync(join(probes, 'shop/a.ts'), 'export default (\n');
    writeFileSync(join(probes, 'shop/b.ts'), http('shop/b', ", slow: '1s'"));
    const { code, out, err } = await vedette(['sync', '--json']);
    expect(code).toBe(1);
    expect(err).toMatch(/probes\/shop\/a\.ts:\d+ {2}/);
    expect(err).toContain('! probes/shop/a.ts is broken: its 1 probe stays in force as it was');
    expect(JSON.parse(out)).toMatchObject({
      action: 'published',
      changed: ['shop/b'],
      removed: [],
      kept: [{ probe: 'shop/a', file: 'shop/a.ts' }],
      faults: [{ file: 'probes/shop/a.ts' }],
    });
  });

  test('says what to do where no Redis runs, or none answers', async () => {
    expect(await vedette(['sync'], { VEDETTE_REDIS_URL: '' })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/is not running on .*\/var.*\nStart it with vedette start/),
    });
    expect(await vedette(['sync'], { VEDETTE_REDIS_URL: 'redis://127.0.0.1:1' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('Redis at 127.0.0.1:1 cannot be reached'),
    });
  });
});

/** A vantage, a scheduler and a recorder, as far as Redis and the data folder know of them. */
async function everybodyAtWork(): Promise<{ now: number; version: string }> {
  const version = (await published(redis, 'shop'))?.version ?? '';
  const now = await redisNow(redis);
  const epoch = await lease(redis, keys.lease, keys.epoch).hold();
  // It would run out on a busy machine.
  await redis.persist(keys.lease);
  await redis.sadd(keys.vantagesEver, 'fra');
  await putInForce(redis, 'shop', 'fra', { version, from: now - 600_000 }, epoch ?? 0);
  const beat = {
    v: 1,
    vantage: 'fra',
    instance: 'i1',
    at: now,
    startedAt: now - 600_000,
    clockSkewMs: 3,
    saturation: 0.25,
    plan: version,
    queues: {},
    droppedResults: 0,
  } as const;
  await tellPresence(redis, 'shop', { beat, loaded: version });
  const last = await redis.xadd(resultsKey('shop'), '*', 'e', '{}');
  await publishPosition(redis, 'shop', 'recorder', last ?? '');
  using history = openHistory(join(folder.path, 'history.db'));
  const results = [result('shop/a', now - 10_000, 'pass', version), result('shop/b', now - 10_000, 'fail', version)];
  history.record(
    results.map((one) => ({ type: 'result', result: one })),
    { id: last ?? '', ordinal: 1 },
  );
  return { now, version };
}

function result(probe: string, at: number, outcome: 'pass' | 'fail', plan: string): Result {
  return {
    v: 1,
    id: resultId(`${probe}@fra`, 'scheduled', at),
    probe,
    system: 'shop',
    kind: 'http',
    variant: '',
    vantage: 'fra',
    scheduledAt: at,
    startedAt: at,
    durationMs: 12,
    outcome,
    ...(outcome === 'fail' ? { reason: 'status' as const } : {}),
    cause: 'scheduled',
    traceId: '0'.repeat(32),
    plan,
  };
}

describe('vedette status', () => {
  const status = (...args: string[]) => vedette(['status', ...args], { VEDETTE_DATA_DIR: folder.path });

  test('says so when nothing is published, and exits 2', async () => {
    expect(await status()).toMatchObject({
      code: 2,
      err: expect.stringContaining('no plan is published, so nothing runs'),
    });
  });

  test('says who is missing when only a plan is there, and exits 1', async () => {
    await vedette(['sync']);
    const { code, out } = await status();
    expect(code).toBe(1);
    expect(out).toContain('✗ no scheduler is at work');
    expect(out).toContain('✗ no recorder was ever at work');
    expect(out).toContain('✗ fra was not heard for a day, if ever, so its 2 checks are missed');
  });

  test('shows the plan, the vantages and how the checks are; a failing check is no trouble of Vedette', async () => {
    await vedette(['sync']);
    const { version } = await everybodyAtWork();
    const { code, out } = await status();
    expect(out).toMatch(
      new RegExp(
        `^shop: plan ${version}, published \\S+ ago, 2 probes, 2 checks\nscheduler: at work; recorder: 0ms behind`,
      ),
    );
    expect(out).toMatch(
      /✓ fra +2 checks, 1 process, heard \S+ ago, this plan since 10m( \d+s)?, clock 3 ms off, 25 % busy, 0 jobs waiting/,
    );
    expect(out).toMatch(
      /checks now: {2}1 pass, 1 fail\nlast hour: {3}1 pass, 1 fail\n {2}✗ shop\/b@fra {2}fail: status/,
    );
    expect(out).toContain('✓ Vedette is well');
    expect(code).toBe(0);
  });

  test('tells overdue checks and a vantage that fell silent, as JSON too', async () => {
    await vedette(['sync']);
    const { now, version } = await everybodyAtWork();
    const gone = { v: 1, vantage: 'fra', instance: 'i1', at: now - 60_000, startedAt: 0 } as const;
    const rest = { clockSkewMs: 0, saturation: 0, queues: {}, droppedResults: 0 };
    await tellPresence(redis, 'shop', { beat: { ...gone, ...rest }, loaded: version });
    writeFileSync(join(probes, 'shop/c.ts'), http('shop/c'));
    await vedette(['sync']);
    const { code, out } = await status('--json');
    expect(code).toBe(1);
    const told = JSON.parse(out) as Record<string, unknown>;
    expect(told).toMatchObject({
      ok: false,
      project: 'shop',
      scheduler: { held: true, epoch: 1 },
      vantages: [{ vantage: 'fra', checks: 3, processes: 0, inForce: { version } }],
      history: { now: { pass: 1, fail: 1, overdue: 1, waiting: 0 } },
    });
    expect(told.troubles).toEqual([
      expect.stringMatching(/^fra was last heard 1m( \d+s)? ago, so its 3 checks are missed/),
      expect.stringContaining('1 check overdue'),
    ]);
  });
});
