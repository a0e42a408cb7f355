import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Plan, Probe } from '../probe/definition.ts';
import { makePlan } from '../probe/plan.ts';
import { RedisFixture } from '../result/redis.fixture.ts';
import { forceRecords } from './force.ts';
import { queuePrefix, scheduleKeys } from './keys.ts';
import { httpProbe, journeyProbe, landscape } from './plans.fixture.ts';
import { tellPresence } from './presence.ts';
import { publish, published } from './published.ts';
import { vantageQueues } from './queues.ts';
import { jobTime, roundsOf } from './rounds.ts';
import { startScheduler } from './scheduler.ts';
import { nextSlot } from './slots.ts';

const log = pino({ level: 'silent' });
const soon = { timeout: 8_000, interval: 50 };

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

function planOf(...probes: readonly Probe[]): Plan {
  return makePlan({ ...landscape, project }, probes);
}

function many(count: number, from: readonly string[] = ['fra']): Probe[] {
  return Array.from({ length: count }, (_, i) => httpProbe(`shop/p${i}`, { from, schedule: { everyMs: 20_000 } }));
}

async function put(plan: Plan): Promise<void> {
  await publish(redis, plan, new Map(), (await published(redis, project))?.version);
}

/** As a process of the vantage says of itself that it has loaded the plan. */
async function speakFor(vantage: string, loaded: string, instance = 'one'): Promise<void> {
  const beat = {
    v: 1,
    vantage,
    instance,
    at: Date.now(),
    startedAt: Date.now(),
    clockSkewMs: 0,
    saturation: 0,
    queues: {},
    droppedResults: 0,
  } as const;
  await tellPresence(redis, project, { beat, loaded });
}

async function schedulersAt(vantage: string): Promise<string[]> {
  await using queues = vantageQueues(redis, project, vantage);
  return [...(await queues.present()).keys()].sort();
}

function wantedAt(plan: Plan, vantage: string): string[] {
  return [...roundsOf(plan, vantage).keys()].sort();
}

function start() {
  return startScheduler({ redisUrl: server.url, project, log });
}

describe('the active scheduler', () => {
  test('gives every vantage the job schedulers of the plan, each with a job at the time of a slot', async () => {
    const plan = planOf(...many(60, ['fra', 'par']), journeyProbe('shop/pay', { schedule: { everyMs: 300_000 } }));
    await using _scheduler = start();
    await put(plan);
    for (const vantage of ['fra', 'par']) {
      await expect.poll(() => schedulersAt(vantage), soon).toEqual(wantedAt(plan, vantage));
    }
    const rounds = roundsOf(plan, 'fra');
    let jobs = 0;
    for (const name of ['rounds', 'journeys'] as const) {
      const queue = new Queue(name, { connection: redis, prefix: queuePrefix(project, 'fra') });
      // A job may come due meanwhile and wait for a vantage.
      for (const job of await queue.getJobs(['delayed', 'waiting'])) {
        const time = jobTime(job.id ?? '');
        const round = rounds.get(time?.round ?? '');
        if (time === undefined || round === undefined) throw new Error(`a job of no round: ${job.id}`);
        expect(round.queue).toBe(name);
        for (const { check, afterMs } of round.members) {
          expect(nextSlot(check, time.at + afterMs)).toBe(time.at + afterMs);
        }
        jobs++;
      }
      await queue.close();
    }
    expect(jobs).toBe(rounds.size);
  });

  test('puts a plan in force once all processes of the vantage have loaded it, for a time to come', async () => {
    const plan = planOf(...many(10, ['fra', 'par']));
    await put(plan);
    await speakFor('fra', plan.version, 'one');
    await speakFor('fra', 'an older one', 'two');
    await speakFor('par', plan.version);
    await using _scheduler = start();
    await expect.poll(() => forceRecords(redis, project, 'par'), soon).toMatchObject([{ version: plan.version }]);
    expect(await forceRecords(redis, project, 'fra')).toEqual([]);
    const asked = Date.now();
    await speakFor('fra', plan.version, 'two');
    await expect.poll(() => forceRecords(redis, project, 'fra'), soon).toMatchObject([{ version: plan.version }]);
    const [record] = await forceRecords(redis, project, 'fra');
    expect(record?.from).toBeGreaterThan(asked);
    expect((record?.from ?? 0) - asked).toBeLessThan(5_000);
  });

  test('leaves time enough before a plan is in force, however long its job schedulers took to put in', async () => {
    const plan = planOf(
      ...Array.from({ length: 10_000 }, (_, i) => journeyProbe(`shop/j${i}`, { schedule: { everyMs: 3_600_000 } })),
    );
    await put(plan);
    await speakFor('fra', plan.version);
    await using _scheduler = start();
    const quickly = { timeout: 20_000, interval: 5 };
    await expect.poll(() => forceRecords(redis, project, 'fra'), quickly).toHaveLength(1);
    const [record] = await forceRecords(redis, project, 'fra');
    // A round's job comes up to 1.75 s before its last slot: that job, too, must find the plan known.
    expect((record?.from ?? 0) - Date.now()).toBeGreaterThan(1_750);
    expect(await schedulersAt('fra')).toHaveLength(10_000);
  });

  test('keeps the old job schedulers until the new plan is in force, then takes them out', async () => {
    const [old, next] = [
      planOf(...many(40)),
      planOf(...many(5), httpProbe('shop/new', { schedule: { everyMs: 7_000 } })),
    ];
    await put(old);
    await speakFor('fra', old.version);
    await using _scheduler = start();
    await expect.poll(() => forceRecords(redis, project, 'fra'), soon).toHaveLength(1);
    const [first] = await forceRecords(redis, project, 'fra');
    await expect.poll(() => Date.now() > (first?.from ?? 0), soon).toBe(true);
    await put(next);
    const both = [...new Set([...wantedAt(old, 'fra'), ...wantedAt(next, 'fra')])].sort();
    await expect.poll(() => schedulersAt('fra'), soon).toEqual(both);
    await speakFor('fra', next.version);
    await expect.poll(() => schedulersAt('fra'), soon).toEqual(wantedAt(next, 'fra'));
    const records = await forceRecords(redis, project, 'fra');
    expect(records.map(({ version }) => version)).toEqual([old.version, next.version]);
    expect(Date.now()).toBeGreaterThanOrEqual(records[1]?.from ?? Number.POSITIVE_INFINITY);
  });

  test('takes the job schedulers from a vantage that lost its last check', async () => {
    const [old, next] = [planOf(...many(10, ['fra', 'par'])), planOf(...many(10, ['fra']))];
    for (const vantage of ['fra', 'par']) await speakFor(vantage, old.version);
    await put(old);
    await using _scheduler = start();
    await expect.poll(() => forceRecords(redis, project, 'par'), soon).toHaveLength(1);
    const [record] = await forceRecords(redis, project, 'par');
    await expect.poll(() => Date.now() > (record?.from ?? 0), soon).toBe(true);
    for (const vantage of ['fra', 'par']) await speakFor(vantage, next.version);
    await put(next);
    await expect.poll(() => schedulersAt('par'), soon).toEqual([]);
    expect(await schedulersAt('fra')).toEqual(wantedAt(next, 'fra'));
  });

  test('changes nothing when it starts again on the same plan', async () => {
    const plan = planOf(...many(30));
    await put(plan);
    await speakFor('fra', plan.version);
    const jobs = async () => {
      await using queues = vantageQueues(redis, project, 'fra');
      return queues.present();
    };
    {
      await using _first = start();
      await expect.poll(() => forceRecords(redis, project, 'fra'), soon).toHaveLength(1);
    }
    const before = await jobs();
    await using second = start();
    await expect.poll(() => second.active, soon).toBe(true);
    await expect.poll(() => redis.get(scheduleKeys(project).epoch), soon).toBe('2');
    expect((await jobs()).size).toBe(before.size);
    expect(await forceRecords(redis, project, 'fra')).toHaveLength(1);
  });
});

describe('two schedulers', () => {
  test('one works, the other waits and takes over when the first is stopped', async () => {
    await put(planOf(...many(5)));
    const one = start();
    await expect.poll(() => one.active, soon).toBe(true);
    await using two = start();
    await using three = start();
    await expect.poll(() => one.active && !two.active && !three.active, soon).toBe(true);
    await one[Symbol.asyncDispose]();
    await expect.poll(() => Number(two.active) + Number(three.active), soon).toBe(1);
    expect(await redis.get(scheduleKeys(project).epoch)).toBe('2');
  });

  test('the one that lost its lease stops, and says nothing more of what is in force', async () => {
    await put(planOf(...many(5)));
    await using one = start();
    await expect.poll(() => one.active, soon).toBe(true);
    // As if it had stood still for longer than the lease lasts, and another had come.
    await redis.set(scheduleKeys(project).lease, 'another', 'PX', 60_000);
    await redis.incr(scheduleKeys(project).epoch);
    await expect.poll(() => one.active, soon).toBe(false);
    const next = planOf(...many(6));
    await speakFor('fra', next.version);
    await put(next);
    await using two = start();
    await expect
      .poll(() => redis.pubsub('NUMSUB', scheduleKeys(project).announce), soon)
      .toEqual([expect.anything(), 2]);
    expect([one.active, two.active]).toEqual([false, false]);
    expect(await forceRecords(redis, project, 'fra')).toEqual([]);
  });
});
