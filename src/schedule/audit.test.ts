import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Plan } from '../probe/definition.ts';
import { makePlan } from '../probe/plan.ts';
import { RedisFixture } from '../result/redis.fixture.ts';
import type { Entry } from '../result/result.ts';
import { type AuditState, createAudit } from './audit.ts';
import { putInForce } from './force.ts';
import { scheduleKeys } from './keys.ts';
import { lease } from './lease.ts';
import { httpProbe, landscape } from './plans.fixture.ts';
import { publish } from './published.ts';
import { checksAt, timetable } from './slots.ts';

const start = 1_700_000_000_000;
const everyMs = 10_000;
/** Beyond the patience of checks that time out after 5 s. */
const patienceMs = 50_000;

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

function planOf(...names: readonly string[]): Plan {
  const probes = names.map((name) => httpProbe(`shop/${name}`, { schedule: { everyMs } }));
  return makePlan({ ...landscape, project }, probes);
}

/** Publishes the plans one after the other, each in force at `fra` from its time on. */
async function inForce(...plans: readonly (readonly [Plan, from: number])[]): Promise<void> {
  const keys = scheduleKeys(project);
  const epoch = await lease(redis, keys.lease, keys.epoch).hold();
  await redis.sadd(keys.vantagesEver, 'fra');
  let over: string | undefined;
  for (const [plan, from] of plans) {
    await publish(redis, plan, new Map(), over);
    over = plan.version;
    await putInForce(redis, project, 'fra', { version: plan.version, from }, epoch ?? 0);
  }
}

function slotIds(plan: Plan, from: number, to: number): string[] {
  return timetable(checksAt(plan, 'fra'))
    .between(from, to)
    .map(({ check, at }) => `${check.id}/scheduled/${at}`);
}

/** A recorder's history and stream, as the audit sees them. */
class Records {
  readonly closed = new Set<string>();
  readonly written: string[] = [];
  readonly reasons = new Set<string>();
  expected = 0;
  state: AuditState | undefined;
  /** The flush fails: Redis is away. */
  away = false;

  audit() {
    return createAudit({
      redis,
      project,
      unclosed: (slots) =>
        slots.filter(({ check, scheduledAt }) => !this.closed.has(`${check}/scheduled/${scheduledAt}`)),
      write: (entry) => this.#take(entry),
      flush: () => (this.away ? Promise.reject(new Error('away')) : Promise.resolve()),
      expected: (_vantage, slots) => {
        this.expected += slots;
      },
      load: () => structuredClone(this.state),
      save: (state) => {
        this.state = structuredClone(state);
      },
    });
  }

  #take(entry: Entry): void {
    if (entry.type !== 'missed') throw new Error('an audit writes missed slots alone');
    this.written.push(entry.missed.id);
    this.reasons.add(entry.missed.reason);
  }
}

describe('the audit', () => {
  test('closes each slot of which nothing came, and no other', async () => {
    const plan = planOf('a', 'b', 'c');
    await inForce([plan, start]);
    const records = new Records();
    const slots = slotIds(plan, start, start + 100_000);
    for (const slot of slots.filter((_, i) => i % 3 !== 0)) records.closed.add(slot);
    const audit = records.audit();
    // In two steps, as it walks at most a minute at a time.
    for (const upTo of [60_000, 100_000]) await audit.look({ recordedUpTo: start + upTo + patienceMs });
    expect(records.written.sort()).toEqual(slots.filter((_, i) => i % 3 === 0).sort());
    expect(records.expected).toBe(slots.length);
    expect(records.reasons).toEqual(new Set(['vantage-down']));
  });

  test('has patience: a slot whose result may still come is left alone', async () => {
    const plan = planOf('a', 'b');
    await inForce([plan, start]);
    const records = new Records();
    await records.audit().look({ recordedUpTo: start + 40_000 });
    expect(records.written).toEqual([]);
  });

  test('counts each slot by the plan that was in force at its time', async () => {
    const [old, next] = [planOf('a', 'gone'), planOf('a', 'new')];
    await inForce([old, start], [next, start + 45_000]);
    const records = new Records();
    const audit = records.audit();
    for (let i = 0; i < 4; i++) await audit.look({ recordedUpTo: start + 90_000 + patienceMs });
    expect(records.written.sort()).toEqual(
      [...slotIds(old, start, start + 45_000), ...slotIds(next, start + 45_000, start + 90_000)].sort(),
    );
  });

  test('goes on where it stood when the recorder starts again, and catches up in pieces', async () => {
    const plan = planOf('a', 'b');
    await inForce([plan, start]);
    const records = new Records();
    await records.audit().look({ recordedUpTo: start + 30_000 + patienceMs });
    // Ten minutes later.
    const again = records.audit();
    const walked: number[] = [];
    for (let i = 0; i < 12; i++) {
      const before = records.written.length;
      await again.look({ recordedUpTo: start + 600_000 + patienceMs });
      walked.push(records.written.length - before);
    }
    expect(Math.max(...walked)).toBeLessThanOrEqual((2 * 60_000) / everyMs);
    expect(records.written.sort()).toEqual(slotIds(plan, start, start + 600_000).sort());
  });

  test('forgets nothing it could not put on the stream', async () => {
    const plan = planOf('a');
    await inForce([plan, start]);
    const records = new Records();
    records.away = true;
    await expect(records.audit().look({ recordedUpTo: start + 50_000 + patienceMs })).rejects.toThrow('away');
    records.away = false;
    records.written.length = 0;
    // The recorder died before Redis came back.
    await records.audit().look({ recordedUpTo: start + 50_000 + patienceMs });
    expect(records.written.sort()).toEqual(slotIds(plan, start, start + 50_000).sort());
  });

  test('tells a lost job from a vantage that was not there', async () => {
    const plan = planOf('a');
    await inForce([plan, start]);
    const records = new Records();
    const audit = records.audit();
    const beat = {
      v: 1,
      vantage: 'fra',
      instance: 'one',
      startedAt: start - 60_000,
      clockSkewMs: 0,
      saturation: 0,
      queues: {},
      droppedResults: 0,
    } as const;
    for (let at = start - 10_000; at < start + 100_000; at += 2_000) audit.heard({ ...beat, at });
    await audit.look({ recordedUpTo: start + 50_000 + patienceMs });
    expect(records.reasons).toEqual(new Set(['lost']));
  });
});
