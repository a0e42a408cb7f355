import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Plan } from '../probe/definition.ts';
import { makePlan } from '../probe/plan.ts';
import { RedisFixture } from '../result/redis.fixture.ts';
import { followPlans, type PlanFollower } from './follow.ts';
import { putInForce } from './force.ts';
import { scheduleKeys } from './keys.ts';
import { lease } from './lease.ts';
import { httpProbe, landscape } from './plans.fixture.ts';
import { publish, published } from './published.ts';
import { roundsOf } from './rounds.ts';
import { checksAt, timetable } from './slots.ts';

const start = 1_700_000_000_000;
const change = start + 33_300;
const everyMs = 7_500;
const soon = { timeout: 5_000, interval: 20 };

let server: RedisFixture;
let redis: Redis;
let project: string;
let epoch: number;
beforeAll(async () => {
  server = await RedisFixture.start();
  redis = server.connect();
});
beforeEach(async () => {
  project = `p-${randomUUID().slice(0, 8)}`;
  const keys = scheduleKeys(project);
  epoch = (await lease(redis, keys.lease, keys.epoch).hold()) ?? 0;
});
afterAll(() => server[Symbol.asyncDispose]());

function planOf(names: readonly string[], timeoutMs = 5_000): Plan {
  const probes = names.map((name) => httpProbe(`shop/${name}`, { schedule: { everyMs }, timeoutMs }));
  return makePlan({ ...landscape, project }, probes);
}

const names = Array.from({ length: 150 }, (_, i) => `p${i}`);

async function put(plan: Plan): Promise<void> {
  await publish(redis, plan, new Map(), (await published(redis, project))?.version);
}

function follow(onChange = () => {}): Promise<PlanFollower> {
  const log = pino({ level: 'silent' });
  return followPlans({ redisUrl: server.url, redis, project, vantage: 'fra', log, onChange });
}

function slotsIn(plan: Plan, from: number, to: number): string[] {
  return timetable(checksAt(plan, 'fra'))
    .between(from, to)
    .map(({ check, at }) => `${plan.version} ${check.id} ${at}`);
}

/** What all jobs of these plans' rounds mean to the vantage, from shortly before the start to the end. */
function slotsOfAllJobs(follower: PlanFollower, plans: readonly Plan[], from: number, to: number): string[] {
  const ids = new Map(plans.flatMap((plan) => [...roundsOf(plan, 'fra')]));
  const slots: string[] = [];
  for (const { id, repeat } of ids.values()) {
    if (!('every' in repeat)) throw new Error('only fixed intervals here');
    const first = Math.floor(from / repeat.every) * repeat.every + repeat.offset - repeat.every;
    for (let at = first; at < to; at += repeat.every) {
      for (const { check, at: slotAt, plan } of follower.slotsOf(id, at)) {
        if (slotAt < to) slots.push(`${plan.version} ${check.id} ${slotAt}`);
      }
    }
  }
  return slots;
}

test('around a change of plan each slot belongs to one job, and to the plan in force at its own time', async () => {
  // Some checks stay, some go, some come, and all of them change: rounds of both plans have the same ids.
  const [old, next] = [planOf(names.slice(0, 120)), planOf(names.slice(30), 1_000)];
  await put(old);
  await putInForce(redis, project, 'fra', { version: old.version, from: start }, epoch);
  await put(next);
  await putInForce(redis, project, 'fra', { version: next.version, from: change }, epoch);
  await using follower = await follow();
  const end = start + 60_000;
  const slots = slotsOfAllJobs(follower, [old, next], start, end).sort();
  expect(new Set(slots).size).toBe(slots.length);
  expect(slots).toEqual([...slotsIn(old, start, change), ...slotsIn(next, change, end)].sort());
  expect(follower.inForce(start - 1)).toBeUndefined();
  expect(follower.inForce(change - 1)?.version).toBe(old.version);
  expect(follower.inForce(change)?.version).toBe(next.version);
});

test('a job of a round that no plan in force knows means nothing', async () => {
  const plan = planOf(names);
  await put(plan);
  await putInForce(redis, project, 'fra', { version: plan.version, from: start }, epoch);
  await using follower = await follow();
  expect(follower.slotsOf('r.30000.7.1.0', start)).toEqual([]);
  const [round = ''] = roundsOf(plan, 'fra').keys();
  expect(follower.slotsOf(round, start - 10_000)).toEqual([]);
});

test('a published plan is loaded without being asked for, and told', async () => {
  let told = 0;
  await using follower = await follow(() => told++);
  expect(follower.loaded).toBeUndefined();
  const plan = planOf(['a']);
  await put(plan);
  await expect.poll(() => follower.loaded, soon).toBe(plan.version);
  // Loaded is not in force.
  expect(follower.inForce(Date.now())).toBeUndefined();
  expect(follower.check('shop/a@fra', start)).toBeUndefined();
  await putInForce(redis, project, 'fra', { version: plan.version, from: start }, epoch);
  await expect.poll(() => follower.check('shop/a@fra', start)?.plan.version, soon).toBe(plan.version);
  expect(follower.check('shop/b@fra', start)).toBeUndefined();
  expect(told).toBe(2);
});

test('the plan known stays in force while Redis is away, and the next is taken up when it is back', async () => {
  await using own = await RedisFixture.start();
  const mine = own.connect();
  const keys = scheduleKeys(project);
  const held = (await lease(mine, keys.lease, keys.epoch).hold()) ?? 0;
  const [old, next] = [planOf(['a']), planOf(['b'])];
  await publish(mine, old, new Map(), undefined);
  await putInForce(mine, project, 'fra', { version: old.version, from: start }, held);
  const log = pino({ level: 'silent' });
  await using follower = await followPlans({
    redisUrl: own.url,
    redis: mine,
    project,
    vantage: 'fra',
    log,
    onChange() {},
  });
  await own.kill();
  expect(follower.inForce(start)?.version).toBe(old.version);
  await own.up();
  await publish(mine, next, new Map(), old.version);
  await expect.poll(() => follower.loaded, soon).toBe(next.version);
});
