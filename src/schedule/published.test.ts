import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Plan } from '../probe/definition.ts';
import { makePlan } from '../probe/plan.ts';
import { RedisFixture } from '../result/redis.fixture.ts';
import { projectsKey } from './keys.ts';
import { httpProbe, landscape } from './plans.fixture.ts';
import { fetchBundle, fetchPlan, publish, published, publishedPlan, soleProject } from './published.ts';

let server: RedisFixture;
let redis: Redis;
let project: string;
beforeAll(async () => {
  server = await RedisFixture.start();
  redis = server.connect();
});
beforeEach(() => {
  project = `p-${randomUUID().slice(0, 8)}`;
});
afterAll(() => server[Symbol.asyncDispose]());

function planNamed(...names: readonly string[]): Plan {
  return makePlan(
    { ...landscape, project },
    names.map((name) => httpProbe(`shop/${name}`)),
  );
}

describe('a published plan', () => {
  test('is there whole, with its bundles and the time by Redis', async () => {
    expect(await published(redis, project)).toBeUndefined();
    expect(await publishedPlan(redis, project)).toBeUndefined();
    const plan = planNamed('a', 'b');
    await publish(redis, plan, new Map([['b1', 'export default 1;']]), undefined);
    const now = await published(redis, project);
    expect(now?.version).toBe(plan.version);
    expect(Math.abs((now?.at ?? 0) - Date.now())).toBeLessThan(2_000);
    expect(await publishedPlan(redis, project)).toEqual(plan);
    expect(await fetchBundle(redis, project, 'b1')).toBe('export default 1;');
    await expect(fetchBundle(redis, project, 'b2')).rejects.toMatchObject({ code: 'BUNDLE_GONE' });
  });

  test('replaces only the one it was compared with', async () => {
    const [first, second, third] = [planNamed('a'), planNamed('b'), planNamed('c')];
    await publish(redis, first, new Map(), undefined);
    await expect(publish(redis, second, new Map(), undefined)).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    await publish(redis, second, new Map(), first.version);
    await expect(publish(redis, third, new Map(), first.version)).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
    expect((await published(redis, project))?.version).toBe(second.version);
    // The one before can still be read: it may be in force until the new one is.
    expect(await fetchPlan(redis, project, first.version)).toEqual(first);
    expect(await fetchPlan(redis, project, 'unknown')).toBeUndefined();
  });

  test('by two people at once is the one of whoever came first, and the other is told', async () => {
    const base = planNamed('a');
    await publish(redis, base, new Map(), undefined);
    const other = server.connect('other');
    const plans = [planNamed('a', 'mine'), planNamed('a', 'yours')];
    const ends = await Promise.allSettled(
      plans.map((plan, i) => publish(i === 0 ? redis : other, plan, new Map(), base.version)),
    );
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = plans[ends.findIndex(({ status }) => status === 'fulfilled')];
    expect(await publishedPlan(redis, project)).toEqual(winner);
  });
});

test('the sole project is followed without being named, but not one of several', async () => {
  await redis.del(projectsKey);
  expect(await soleProject(redis)).toBeUndefined();
  await publish(redis, planNamed('a'), new Map(), undefined);
  expect(await soleProject(redis)).toBe(project);
  project = `${project}-2`;
  await publish(redis, planNamed('a'), new Map(), undefined);
  await expect(soleProject(redis)).rejects.toMatchObject({ code: 'PROJECT_UNCLEAR' });
});
