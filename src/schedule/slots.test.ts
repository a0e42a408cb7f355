import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Check, checksOf } from '../probe/definition.ts';
import { heartbeatProbe, httpProbe, journeyProbe, planOf } from './plans.fixture.ts';
import { checksAt, cronSpreadOf, intervalOf, leadMs, nextSlot, phaseOf, type Slot, timetable } from './slots.ts';

const origin = Date.parse('2026-11-23T10:00:00Z');
const dayMs = 86_400_000;

function checkOf(probe: Parameters<typeof checksOf>[0]): Check {
  const [check] = checksOf(probe);
  if (check === undefined) throw new Error('a probe without checks');
  return check;
}

function sorted(slots: readonly Slot[]): string[] {
  return slots.map(({ check, at }) => `${at} ${check.id}`).sort();
}

function cronProbe(cron: string, timezone = 'Europe/Berlin', name = 'cron') {
  return httpProbe(`shop/${name}`, { schedule: { cron, timezone } });
}

const everyMs = fc.integer({ min: 1_000, max: 10 * 60_000 });
const name = fc.stringMatching(/^[a-z]{1,8}$/);

/** The times of a cron without its spread, as a person in the zone reads them off the wall. */
function wallTimes(check: Check, from: string, to: string): string[] {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'short' });
  return timetable([check])
    .between(Date.parse(from), Date.parse(to))
    .map(({ at }) => clock.format(at - cronSpreadOf(check)));
}

describe('a check at a fixed interval', () => {
  test('has its slots at k·E + phase and nowhere else', () => {
    fc.assert(
      fc.property(
        name,
        everyMs,
        fc.integer({ min: 0, max: dayMs }),
        fc.integer({ min: 0, max: 3_600_000 }),
        (id, every, after, length) => {
          const check = checkOf(httpProbe(`shop/${id}`, { schedule: { everyMs: every } }));
          const phase = phaseOf(check, every);
          expect(phase).toBeGreaterThanOrEqual(0);
          expect(phase).toBeLessThan(every);
          const [from, to] = [origin + after, origin + after + length];
          const expected: number[] = [];
          for (let k = Math.floor(from / every) - 1; k * every + phase < to; k++) {
            if (k * every + phase >= from) expected.push(k * every + phase);
          }
          expect(
            timetable([check])
              .between(from, to)
              .map(({ at }) => at),
          ).toEqual(expected);
        },
      ),
    );
  });

  test('of a journey never has phase 0', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 2, max: 60_000 }), (id, every) => {
        const phase = phaseOf(checkOf(journeyProbe(`shop/${id}`, { schedule: { everyMs: every } })), every);
        expect(phase).toBeGreaterThan(0);
        expect(phase).toBeLessThan(every);
      }),
    );
  });

  test('spreads a thousand checks over the interval without a crowd', () => {
    const checks = Array.from({ length: 1_000 }, (_, i) => checkOf(httpProbe(`shop/p${i}`)));
    const perSecond = new Map<number, number>();
    for (const check of checks) {
      const second = Math.floor(phaseOf(check, 30_000) / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(perSecond.size).toBe(30);
    expect(Math.max(...perSecond.values())).toBeLessThan(66);
  });

  test('keeps its phase when other checks come and go, and its name alone decides', () => {
    const alone = planOf(httpProbe('shop/a'));
    const crowd = planOf(httpProbe('shop/a', { timeoutMs: 1_000 }), httpProbe('shop/b'), httpProbe('shop/c'));
    const slotsOfA = (plan: typeof alone) =>
      timetable(checksAt(plan, 'fra'))
        .between(origin, origin + 300_000)
        .filter(({ check }) => check.id === 'shop/a@fra')
        .map(({ at }) => at);
    expect(slotsOfA(crowd)).toEqual(slotsOfA(alone));
  });
});

describe('a timetable', () => {
  const probes = [
    httpProbe('shop/a', { schedule: { everyMs: 7_000 }, variants: ['de', 'fr', 'it'] }),
    httpProbe('shop/b', { schedule: { everyMs: 30_000 } }),
    journeyProbe('shop/j', { schedule: { everyMs: 61_500 } }),
    cronProbe('*/2 * * * *', 'Europe/Berlin', 'often'),
    cronProbe('7,8 10-12 * * *', 'Asia/Kolkata', 'rare'),
    journeyProbe('shop/k', { schedule: { cron: '*/3 * * * *', timezone: 'UTC' } }),
  ];
  const whole = timetable(probes.flatMap(checksOf));

  test('asked for parts of a stretch says what it says of the whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: dayMs }),
        fc.array(fc.integer({ min: 0, max: 20 * 60_000 }), { minLength: 1, maxLength: 6 }),
        (after, lengths) => {
          const from = origin + after;
          const cuts = [...lengths].sort((a, b) => a - b).map((length) => from + length);
          const parts = cuts.flatMap((cut, i) => whole.between(cuts[i - 1] ?? from, cut));
          expect(sorted(parts)).toEqual(sorted(whole.between(from, cuts.at(-1) ?? from)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('agrees with the next slot of each of its checks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: dayMs }), (after) => {
        const from = origin + after;
        for (const check of probes.flatMap(checksOf)) {
          const next = nextSlot(check, from);
          const table = timetable([check]);
          expect(table.between(from, next)).toEqual([]);
          expect(table.between(next, next + 1).map(({ at }) => at)).toEqual([next]);
          // A slot that is due right now is the next one, and the one after it is an interval away.
          expect(nextSlot(check, next)).toBe(next);
          expect(nextSlot(check, next + 1) - next).toBe(intervalOf(check, next));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is empty for no checks, and for a stretch that ends before it begins', () => {
    expect(timetable([]).between(origin, origin + dayMs)).toEqual([]);
    expect(whole.between(origin, origin)).toEqual([]);
    expect(whole.between(origin, origin - 60_000)).toEqual([]);
  });
});

describe('a check by cron, in Berlin', () => {
  test('runs within two seconds after its minute, the same distance every time', () => {
    const check = checkOf(cronProbe('*/5 6-22 * * *'));
    const slots = timetable([check]).between(origin, origin + 3_600_000);
    expect(slots).toHaveLength(12);
    expect(new Set(slots.map(({ at }) => at % 60_000)).size).toBe(1);
    expect(cronSpreadOf(check)).toBeGreaterThanOrEqual(leadMs);
    expect(cronSpreadOf(check)).toBeLessThan(leadMs + 1_000);
  });

  test('runs an hourly cron at each hour that the day really has', () => {
    const check = checkOf(cronProbe('0 * * * *'));
    const hoursOf = (date: string) =>
      wallTimes(check, `${date}T00:00:00Z`, `${date}T06:00:00Z`).map((time) => time.slice(11));
    // 29 March 2026: 02:00 does not exist. 25 October 2026: 02:00 comes twice.
    expect(hoursOf('2026-03-29')).toEqual(['01:00', '03:00', '04:00', '05:00', '06:00', '07:00']);
    expect(hoursOf('2026-10-25')).toEqual(['02:00', '02:00', '03:00', '04:00', '05:00', '06:00']);
  });

  test('at nine in the morning is at nine on both sides of a change', () => {
    const check = checkOf(cronProbe('0 9 * * *'));
    expect(wallTimes(check, '2026-03-28T00:00:00Z', '2026-03-31T00:00:00Z')).toEqual([
      '2026-03-28 09:00',
      '2026-03-29 09:00',
      '2026-03-30 09:00',
    ]);
    expect(wallTimes(check, '2026-10-24T00:00:00Z', '2026-10-27T00:00:00Z')).toEqual([
      '2026-10-24 09:00',
      '2026-10-25 09:00',
      '2026-10-26 09:00',
    ]);
  });

  test('has the same slots over a change whichever stretches are asked for', () => {
    const table = timetable([checkOf(cronProbe('*/20 1-3 * * *'))]);
    for (const day of ['2026-03-29', '2026-10-25']) {
      const from = Date.parse(`${day}T00:00:00Z`) - 3 * 3_600_000;
      const hours = Array.from({ length: 12 }, (_, i) =>
        table.between(from + i * 3_600_000, from + (i + 1) * 3_600_000),
      );
      expect(sorted(hours.flat())).toEqual(sorted(table.between(from, from + 12 * 3_600_000)));
    }
  });
});

test('a vantage has the checks that name it and no others', () => {
  const plan = planOf(
    httpProbe('shop/a', { from: ['fra', 'par'], variants: ['de', 'fr'] }),
    httpProbe('shop/b', { from: ['par'] }),
    heartbeatProbe('shop/h'),
  );
  expect(checksAt(plan, 'fra').map(({ id }) => id)).toEqual(['shop/a[de]@fra', 'shop/a[fr]@fra']);
  expect(checksAt(plan, 'par').map(({ id }) => id)).toEqual(['shop/a[de]@par', 'shop/a[fr]@par', 'shop/b@par']);
  expect(checksAt(plan, 'inbox').map(({ id }) => id)).toEqual(['shop/h@inbox']);
  expect(checksAt(plan, 'nowhere')).toEqual([]);
});
