import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Probe } from '../probe/definition.ts';
import type { Loaded } from '../probe/load.ts';
import { RedisFixture } from '../result/redis.fixture.ts';
import { isEmpty } from './difference.ts';
import { scheduleKeys } from './keys.ts';
import { heartbeatProbe, httpProbe, journeyProbe, landscape } from './plans.fixture.ts';
import { fetchBundle, publishedPlan } from './published.ts';
import { performSync, prepareSync } from './sync.ts';

let server: RedisFixture;
let redis: Redis;
const keys = scheduleKeys('shop');

beforeAll(async () => {
  server = await RedisFixture.start();
  redis = server.connect();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  await redis.flushall();
});

function loaded(probes: readonly Probe[], more: Partial<Loaded> = {}): Loaded {
  const hashes = probes.flatMap((probe) => (probe.kind === 'journey' ? [probe.bundle] : []));
  const bundles = new Map(hashes.map((hash) => [hash, `source of ${hash}`]));
  return { landscape, probes, bundles, faults: [], files: [], brokenFiles: [], ...more };
}

const journey = (id: string, bundle: string): Probe => ({ ...journeyProbe(id), bundle });

async function sync(what: Loaded) {
  const prepared = await prepareSync(redis, what);
  return { ...prepared, action: await performSync(redis, prepared) };
}

async function everything(): Promise<Record<string, string | null>> {
  const all = await redis.keys('*');
  return Object.fromEntries(await Promise.all(all.map(async (key) => [key, (await redis.dump(key)) ?? null] as const)));
}

describe('a sync', () => {
  test('publishes a first plan with its bundles', async () => {
    const done = await sync(loaded([httpProbe('shop/a'), journey('shop/pay', 'b1')]));
    expect(done).toMatchObject({ action: 'published', before: undefined, kept: [] });
    expect(done.difference).toMatchObject({ added: ['shop/a', 'shop/pay'], massRemoval: false });
    expect(await publishedPlan(redis, 'shop')).toEqual(done.plan);
    expect(await fetchBundle(redis, 'shop', 'b1')).toBe('source of b1');
  });

  test('changes nothing the second time, also where lines of a file have moved', async () => {
    await sync(loaded([httpProbe('shop/a'), journey('shop/pay', 'b1')]));
    const before = await everything();
    const again = await sync(loaded([httpProbe('shop/a', { line: 7 }), journey('shop/pay', 'b1')]));
    expect(again).toMatchObject({ action: 'unchanged', changed: false });
    expect(isEmpty(again.difference)).toBe(true);
    expect(await everything()).toEqual(before);
  });

  test('only prepared changes nothing', async () => {
    await sync(loaded([httpProbe('shop/a')]));
    const before = await everything();
    const prepared = await prepareSync(redis, loaded([journey('shop/pay', 'b1')]));
    expect(prepared.difference).toMatchObject({ added: ['shop/pay'], removed: ['shop/a'], massRemoval: true });
    expect(await everything()).toEqual(before);
  });

  test('keeps the probes of a broken file with the bundle that only Redis holds', async () => {
    await sync(loaded([httpProbe('shop/a'), journey('shop/pay', 'b1')]));
    const broken = { brokenFiles: ['shop/pay.ts'] };
    const done = await sync(loaded([httpProbe('shop/a', { timeoutMs: 1_000 })], broken));
    expect(done).toMatchObject({ action: 'published', kept: [{ probe: 'shop/pay', file: 'shop/pay.ts' }] });
    expect(done.difference).toMatchObject({ changed: ['shop/a'], removed: [] });
    for (let i = 0; i < 3; i++) await sync(loaded([httpProbe('shop/a', { timeoutMs: 2_000 + i })], broken));
    expect(await fetchBundle(redis, 'shop', 'b1')).toBe('source of b1');
  });

  test('leaves the published plan whole where the landscape is broken', async () => {
    const first = await sync(loaded([httpProbe('shop/a')]));
    const done = await sync(loaded([], { landscape: undefined, brokenFiles: ['landscape.ts'] }));
    expect(done).toMatchObject({ action: 'unchanged', kept: [{ probe: 'shop/a' }] });
    expect(done.plan.version).toBe(first.plan.version);
  });

  test('is refused where there is neither a landscape nor a published plan', async () => {
    await expect(prepareSync(redis, loaded([], { landscape: undefined }))).rejects.toMatchObject({ code: 'PLAN_NONE' });
  });

  test('is refused for the landscape of another project than was asked for', async () => {
    await expect(prepareSync(redis, loaded([]), 'bank')).rejects.toMatchObject({ code: 'PROJECT_OTHER' });
  });

  test('never touches another project', async () => {
    await sync(loaded([httpProbe('shop/a'), journey('shop/pay', 'b1')]));
    const before = await everything();
    const bank = { ...landscape, project: 'bank' };
    const done = await sync(loaded([journey('shop/pay', 'b2')], { landscape: bank }));
    expect(done).toMatchObject({ action: 'published', before: undefined, difference: { removed: [] } });
    expect(await everything()).toMatchObject({ ...before, 'vedette:projects': expect.anything() });
  });

  test('is told when somebody else published since it was prepared', async () => {
    const mine = await prepareSync(redis, loaded([httpProbe('shop/a')]));
    const theirs = await sync(loaded([heartbeatProbe('shop/beat')]));
    await expect(performSync(redis, mine)).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    expect(await publishedPlan(redis, 'shop')).toEqual(theirs.plan);
  });
});

describe('after publishing', () => {
  test('bundles and plans that nobody needs are gone; those of the plan before stay', async () => {
    const versions: string[] = [];
    for (const bundle of ['b1', 'b2', 'b3']) {
      versions.push((await sync(loaded([journey('shop/pay', bundle)]))).plan.version);
    }
    expect((await redis.hkeys(keys.bundles)).sort()).toEqual(['b2', 'b3']);
    const plans = await Promise.all(versions.map((version) => redis.exists(keys.plan(version))));
    expect(plans).toEqual([0, 1, 1]);
  });

  test('what a vantage still runs by stays, bundles and all; what is still counted by stays as a plan', async () => {
    const versions: string[] = [];
    await redis.sadd(keys.vantagesEver, 'fra');
    for (const [i, bundle] of ['b1', 'b2', 'b3', 'b4', 'b5', 'b6'].entries()) {
      const { version } = (await sync(loaded([journey('shop/pay', bundle)]))).plan;
      versions.push(version);
      if (i < 3) await redis.rpush(keys.force('fra'), JSON.stringify({ version, from: 1_000 * i }));
    }
    expect((await redis.hkeys(keys.bundles)).sort()).toEqual(['b2', 'b3', 'b5', 'b6']);
    const plans = await Promise.all(versions.map((version) => redis.exists(keys.plan(version))));
    expect(plans).toEqual([1, 1, 1, 0, 1, 1]);
  });

  test('a bundle or a plan that Redis has lost is there again, though nothing differs', async () => {
    const probes = [journey('shop/pay', 'b1'), journey('shop/find', 'b2')];
    const { plan } = await sync(loaded(probes));
    await redis.hdel(keys.bundles, 'b1');
    expect((await sync(loaded(probes))).action).toBe('repaired');
    expect(await fetchBundle(redis, 'shop', 'b1')).toBe('source of b1');
    await redis.del(keys.plan(plan.version));
    await sync(loaded(probes));
    expect(await publishedPlan(redis, 'shop')).toEqual(plan);
  });

  test('of many syncs at once one wins each time, and all that its plan needs is there', async () => {
    for (let round = 0; round < 5; round++) {
      const wanted = [0, 1, 2, 3].map((i) => loaded([journey('shop/pay', `b${i}`), journey('shop/x', `x${round}`)]));
      await Promise.allSettled(wanted.map((one) => sync(one)));
      const plan = await publishedPlan(redis, 'shop');
      const bundles = plan?.probes.flatMap((probe) => (probe.kind === 'journey' ? [probe.bundle] : [])) ?? [];
      expect(bundles).toContain(`x${round}`);
      expect(await Promise.all(bundles.map((hash) => fetchBundle(redis, 'shop', hash)))).toHaveLength(2);
    }
  });
});
