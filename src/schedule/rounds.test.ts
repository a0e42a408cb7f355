import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan, Probe } from '../probe/definition.ts';
import { heartbeatProbe, httpProbe, journeyProbe, planOf, planOfMany } from './plans.fixture.ts';
import { jobTime, type Round, roundsOf } from './rounds.ts';
import { checksAt, timetable } from './slots.ts';

const origin = Date.parse('2026-11-23T00:00:00Z');
const dayMs = 86_400_000;
/** What follow.ts looks past a job's time. */
const afterMsMax = 2_000;

/** The times at which BullMQ makes a round's jobs: computed from `repeat` alone, as BullMQ is documented to do. */
function jobTimes({ repeat }: Round, from: number, to: number): number[] {
  const times: number[] = [];
  if ('every' in repeat) {
    for (let at = Math.floor(from / repeat.every) * repeat.every + repeat.offset; at < to; at += repeat.every) {
      if (at >= from) times.push(at);
    }
    return times;
  }
  const cron = CronExpressionParser.parse(repeat.pattern, { tz: repeat.tz, currentDate: new Date(from - 1) });
  for (let at = cron.next().getTime(); at < to; at = cron.next().getTime()) times.push(at);
  return times;
}

/** Every (check, time) that the jobs stand for. */
function slotsByJobs(plan: Plan, vantage: string, from: number, to: number): string[] {
  const slots: string[] = [];
  for (const round of roundsOf(plan, vantage).values()) {
    for (const jobAt of jobTimes(round, from - afterMsMax, to)) {
      for (const { check, afterMs } of round.members) {
        if (jobAt + afterMs >= from && jobAt + afterMs < to) slots.push(`${jobAt + afterMs} ${check.id}`);
      }
    }
  }
  return slots.sort();
}

function slotsByArithmetic(plan: Plan, vantage: string, from: number, to: number): string[] {
  return timetable(checksAt(plan, vantage))
    .between(from, to)
    .map(({ check, at }) => `${at} ${check.id}`)
    .sort();
}

const schedule = fc.oneof(
  fc.integer({ min: 1, max: 120 }).map((seconds) => ({ everyMs: seconds * 1_000 })),
  fc.integer({ min: 1_000, max: 90_000 }).map((everyMs) => ({ everyMs })),
  fc.constantFrom('*/5 * * * *', '17 * * * *', '*/7 6-22 * * *').map((cron) => ({ cron, timezone: 'Europe/Berlin' })),
);
const probe: fc.Arbitrary<Probe> = fc
  .record({ name: fc.stringMatching(/^[a-z]{1,5}$/), schedule, kind: fc.constantFrom('http', 'journey', 'heartbeat') })
  .map(({ name, schedule, kind }) => {
    const wish = { schedule, from: ['fra'], variants: ['de', 'fr'] };
    if (kind === 'journey') return journeyProbe(`shop/${name}`, wish);
    return kind === 'http' ? httpProbe(`shop/${name}`, wish) : heartbeatProbe(`shop/${name}`, wish);
  });
const plans = fc
  .uniqueArray(probe, { selector: ({ id }) => id, minLength: 1, maxLength: 12 })
  .map((all) => planOf(...all));

function members(round: Round | undefined): string[] {
  return (round?.members ?? []).map(({ check }) => check.id);
}

describe('the jobs of a plan', () => {
  test('stand for every slot of a day exactly once', () => {
    const plan = planOf(
      ...Array.from({ length: 40 }, (_, i) => httpProbe(`shop/p${i}`, { schedule: { everyMs: 60_000 } })),
      httpProbe('shop/quick', { schedule: { everyMs: 7_500 }, variants: ['de', 'fr'] }),
      httpProbe('shop/nightly', { schedule: { cron: '*/15 2-4 * * *', timezone: 'Europe/Berlin' } }),
      journeyProbe('shop/pay', { schedule: { everyMs: 300_000 } }),
      journeyProbe('shop/daily', { schedule: { cron: '30 8 * * 1-5', timezone: 'Europe/Berlin' } }),
      heartbeatProbe('shop/export', { from: ['fra'] }),
    );
    const slots = slotsByJobs(plan, 'fra', origin, origin + dayMs);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots).toEqual(slotsByArithmetic(plan, 'fra', origin, origin + dayMs));
    expect(slots.length).toBeGreaterThan(80_000);
  });

  test('stand for exactly the slots of whatever plan', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 0, max: dayMs }), (plan, after) => {
        const from = origin + after;
        expect(slotsByJobs(plan, 'fra', from, from + 600_000)).toEqual(
          slotsByArithmetic(plan, 'fra', from, from + 600_000),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('come with ids and offsets that BullMQ takes, and slots within reach of their job', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        for (const [id, round] of roundsOf(plan, 'fra')) {
          expect(round.id).toBe(id);
          expect(id).not.toContain(':');
          if ('every' in round.repeat) {
            expect(round.repeat.offset).toBeGreaterThan(0);
            expect(round.repeat.offset).toBeLessThan(round.repeat.every);
            // An offset changed in place is ignored: the id must name it, or name what it follows from.
            expect(id).toContain(String(round.repeat.every));
          }
          const after = round.members.map(({ afterMs }) => afterMs);
          expect(after).toEqual([...after].sort((a, b) => a - b));
          expect(Math.max(...after)).toBeLessThan(afterMsMax);
          expect(Math.min(...after)).toBeGreaterThanOrEqual(round.queue === 'journeys' ? 0 : 750);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('are the same wherever they are computed', () => {
    const plan = planOfMany(500);
    expect(roundsOf(JSON.parse(JSON.stringify(plan)) as Plan, 'fra')).toEqual(roundsOf(plan, 'fra'));
  });
});

describe('rounds', () => {
  test('hold about a hundred checks at most, and all of them', () => {
    const plan = planOfMany(10_000);
    const rounds = [...roundsOf(plan, 'fra').values()];
    expect(rounds.flatMap(members).sort()).toEqual(
      checksAt(plan, 'fra')
        .map(({ id }) => id)
        .sort(),
    );
    expect(Math.max(...rounds.map((round) => round.members.length))).toBeLessThan(150);
    // Redis traffic grows with slots of time, not with checks.
    expect(rounds.length).toBeLessThanOrEqual(30 * 8);
  });

  test('stay as they are when a check is added, except the one that it joins, unless that one is split', () => {
    const before = roundsOf(planOfMany(3_000), 'fra');
    let splits = 0;
    for (let added = 0; added < 25; added++) {
      const extra = httpProbe(`shop/extra${added}`);
      const after = roundsOf(planOf(...planOfMany(3_000).probes, extra), 'fra');
      const joined = [...after.values()].filter((round) => members(round).includes(`shop/extra${added}@fra`));
      expect(joined).toHaveLength(1);
      const secondOf = (id: string) => id.split('.').slice(0, 3).join('.');
      const touched = secondOf(joined[0]?.id ?? '');
      const changed = new Set(
        [...before.keys(), ...after.keys()].filter(
          (id) => members(before.get(id)).join() !== members(after.get(id)).join(),
        ),
      );
      if (changed.size > 1) splits++;
      for (const id of changed) expect(secondOf(id)).toBe(touched);
    }
    expect(splits).toBeLessThan(5);
  });

  test('of different vantages have nothing to do with one another', () => {
    const plan = planOf(httpProbe('shop/a', { from: ['fra'] }), httpProbe('shop/b', { from: ['par'] }));
    expect([...roundsOf(plan, 'fra').values()].flatMap(members)).toEqual(['shop/a@fra']);
    expect([...roundsOf(plan, 'par').values()].flatMap(members)).toEqual(['shop/b@par']);
    expect(roundsOf(plan, 'nowhere').size).toBe(0);
  });

  test('a journey is a job of its own, whose id changes with its schedule', () => {
    const roundOf = (wish: Parameters<typeof journeyProbe>[1]) => {
      const [round] = roundsOf(planOf(journeyProbe('shop/pay', wish)), 'fra').values();
      return round;
    };
    const five = roundOf({ schedule: { everyMs: 300_000 } });
    expect(five?.queue).toBe('journeys');
    expect(five?.members).toHaveLength(1);
    const ids = [
      five,
      roundOf({ schedule: { everyMs: 60_000 } }),
      roundOf({ schedule: { cron: '0 * * * *', timezone: 'UTC' } }),
    ];
    expect(new Set(ids.map((round) => round?.id)).size).toBe(3);
  });
});

test.each([
  ['repeat:r.30000.7.1.0:1700000000250', { round: 'r.30000.7.1.0', at: 1_700_000_000_250 }],
  ['17', undefined],
  ['repeat:r.30000.7.1.0', undefined],
  ['repeat:a:b:1700000000250', undefined],
])('the job %s stands for %o', (id, time) => {
  expect(jobTime(id)).toEqual(time);
});
