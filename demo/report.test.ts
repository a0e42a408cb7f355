import { describe, expect, test } from 'vitest';
import type { Result } from '../src/result/result.ts';
import type { Turn } from './faults.ts';
import { sightingsOf, tellChange, tellSightings } from './report.ts';
import { createWatch } from './watch.ts';

/** A result of one check that ran from `from` for 100 ms. */
function seen(from: number, more: Partial<Result> = {}): Result {
  return {
    v: 1,
    id: `shop/home[de]@fra/scheduled/${from}`,
    probe: 'shop/home',
    system: 'shop',
    kind: 'http',
    variant: 'de',
    vantage: 'fra',
    scheduledAt: from,
    startedAt: from,
    durationMs: 100,
    outcome: 'pass',
    cause: 'scheduled',
    traceId: '',
    plan: '',
    ...more,
  };
}
const bad: Partial<Result> = { outcome: 'fail', reason: 'status', message: 'status 500, expected 2xx' };

describe('a watch', () => {
  test('tells a first failure, a change of reason and a recovery, and nothing in between', () => {
    const watch = createWatch();
    const slow: Partial<Result> = { outcome: 'degraded', reason: 'slow' };
    const runs = [seen(0), seen(10_000, bad), seen(20_000, bad), seen(30_000, slow), seen(40_000), seen(50_000)];
    const changes = runs.flatMap((result) => watch.take([result]));
    expect(changes.map(({ result, lastedMs }) => [result.outcome, lastedMs])).toEqual([
      ['fail', 10_000],
      ['degraded', 20_000],
      ['pass', 10_000],
    ]);
    expect(watch.sights()).toMatchObject([
      { check: 'shop/home[de]@fra', since: 40_100, result: { startedAt: 50_000 } },
    ]);
  });

  test('leaves out what is older than what it knows', () => {
    const watch = createWatch();
    watch.take([seen(10_000)]);
    expect(watch.take([seen(5_000, bad), seen(10_000, bad)])).toEqual([]);
  });

  test('tells a check that fails from its first run on, and not one that passes', () => {
    expect(createWatch().take([seen(0)])).toEqual([]);
    expect(createWatch().take([seen(0, bad)])).toHaveLength(1);
  });
});

describe('the report', () => {
  const turns: Turn[] = [
    { fault: 'errors-500', on: true, at: 15_000 },
    { fault: 'errors-500', on: false, at: 35_000 },
    { fault: 'search-empty', on: true, at: 90_000 },
  ];

  test('counts from the switch to the end of the run that saw it', () => {
    const watch = createWatch();
    const changes = watch.take([seen(0), seen(20_000, bad), seen(40_000)]);
    expect(sightingsOf(turns, changes)).toMatchObject([
      { fault: 'errors-500', check: 'shop/home[de]@fra', afterMs: 5_100 },
    ]);
  });

  test('does not blame a fault for what began before it or after it was mended', () => {
    const watch = createWatch();
    const changes = watch.take([seen(0, bad), seen(10_000), seen(36_000, bad)]);
    expect(sightingsOf(turns, changes)).toEqual([]);
  });

  test('is a table, and says which fault nobody saw', () => {
    const changes = createWatch().take([seen(0), seen(20_000, bad)]);
    expect(tellSightings(turns, changes)).toMatchInlineSnapshot(`
      "fault       check              outcome  reason  step  first seen after (s)
      --------------------------------------------------------------------------
      errors-500  shop/home[de]@fra  fail     status        5.1
      search-empty: no check saw it"
    `);
  });

  test('tells a change in one line', () => {
    const journey = {
      ...bad,
      reason: 'assertion',
      step: 'pay',
      suspect: 'payment',
      message: 'no thanks\n  at …',
    } as const;
    const [change] = createWatch().take([seen(0, journey)]);
    expect(change && tellChange(change)).toMatch(
      /^\d\d:\d\d:\d\d {2}✗ shop\/home\[de\]@fra {2}fail · assertion at "pay" \(suspect: payment\): no thanks$/,
    );
  });
});
