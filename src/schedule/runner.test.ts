import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checksOf, type Probe } from '../probe/definition.ts';
import { type Entry, type Finding, resultOf, type Task } from '../result/result.ts';
import { httpProbe, journeyProbe, planOf } from './plans.fixture.ts';
import { createRunner, httpLateMsMax, journeyLateMsMax, lateMsMax } from './runner.ts';

const start = 1_700_000_000_000;
const http = httpProbe('shop/up', { schedule: { everyMs: 10_000 }, variants: ['de', 'fr', 'it'] });
const journey = journeyProbe('shop/pay', { schedule: { everyMs: 60_000 }, variants: ['de', 'fr', 'it'] });
const plan = planOf(http, journey);

beforeEach(() => {
  vi.useFakeTimers({ now: start });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs that end when the test says so. */
class Runs {
  readonly tasks: Task[] = [];
  readonly #ends: ((finding: Partial<Finding> | Error) => void)[] = [];

  readonly run = async (task: Task) => {
    const startedAt = Date.now();
    this.tasks.push(task);
    const finding = await new Promise<Partial<Finding> | Error>((resolve) => this.#ends.push(resolve));
    if (finding instanceof Error) throw finding;
    const durationMs = Date.now() - startedAt;
    return resultOf(task, { startedAt, durationMs, outcome: 'pass', traceId: '0'.repeat(32), ...finding });
  };

  async end(index: number, finding: Partial<Finding> | Error = {}): Promise<void> {
    this.#ends[index]?.(finding);
    await vi.advanceTimersByTimeAsync(0);
  }
}

function setUp(options: { httpInFlightMax?: number; journeyPool?: number; stillMs?: number } = {}) {
  const { httpInFlightMax = 100, journeyPool = 2, stillMs = 0 } = options;
  const runs = new Runs();
  const entries: Entry[] = [];
  const runner = createRunner({
    run: runs.run,
    write: (entry) => entries.push(entry),
    clock: { now: () => Date.now() },
    standstill: { during: () => stillMs, [Symbol.dispose]() {} },
    httpInFlightMax,
    journeyPool,
  });
  /** Starts a slot without waiting for its end. */
  const begin = async (probe: Probe, variant = 0, at = Date.now()) => {
    void runner.slot({ check: checkOf(probe, variant), at, plan });
    await settled();
  };
  return {
    runs,
    runner,
    entries,
    begin,
    said: () => entries.map(saying),
  };
}

function checkOf(probe: Probe, variant = 0) {
  const check = checksOf(probe)[variant];
  if (check === undefined) throw new Error(`no variant ${variant}`);
  return check;
}

/** An entry in a few words: variant, then how the slot was closed. */
function saying(entry: Entry): string {
  if (entry.type === 'missed') return `${entry.missed.variant} missed ${entry.missed.reason}`;
  if (entry.type === 'vantage') return 'beat';
  const { variant, outcome, reason, cause } = entry.result;
  return [variant, outcome, reason, cause === 'scheduled' ? '' : cause].filter(Boolean).join(' ');
}

async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

describe('a slot of an http check', () => {
  test('is run when it is due, and closed by its result', async () => {
    const { runs, entries, begin } = setUp();
    await begin(http, 0, start);
    expect(runs.tasks).toMatchObject([{ cause: 'scheduled', scheduledAt: start, plan: plan.version }]);
    await vi.advanceTimersByTimeAsync(120);
    await runs.end(0);
    expect(entries).toMatchObject([
      { type: 'result', result: { id: `shop/up[de]@fra/scheduled/${start}`, outcome: 'pass' } },
    ]);
  });

  test('is run when it is late by less than it may be, and missed beyond', async () => {
    const { runs, said, begin } = setUp();
    await begin(http, 0, start - httpLateMsMax);
    await begin(http, 1, start - httpLateMsMax - 1);
    await runs.end(0);
    expect(runs.tasks).toHaveLength(1);
    expect(said()).toEqual(['fr missed late', 'de pass']);
  });

  test('is missed as overlap while the run before it still goes on', async () => {
    const { runs, said, begin } = setUp();
    await begin(http, 0, start);
    await vi.advanceTimersByTimeAsync(10_000);
    await begin(http, 0, start + 10_000);
    await settled();
    expect(said()).toEqual(['de missed overlap']);
    await runs.end(0);
    await begin(http, 0, Date.now());
    await runs.end(1);
    expect(said()).toEqual(['de missed overlap', 'de pass', 'de pass']);
  });

  test('is missed as overload when as many run as may', async () => {
    const { runs, runner, said, begin } = setUp({ httpInFlightMax: 2 });
    for (const variant of [0, 1, 2]) await begin(http, variant);
    await settled();
    expect(said()).toEqual(['it missed overload']);
    expect(runner.saturation()).toBe(1);
    await runs.end(0);
    await runs.end(1);
    expect(runner.saturation()).toBe(0);
    await begin(http, 2);
    await runs.end(2);
    expect(said().at(-1)).toBe('it pass');
  });

  test('is closed as ours when the engine itself fails', async () => {
    const { runs, entries, said, runner } = setUp();
    const done = runner.slot({ check: checkOf(http), at: start, plan });
    await runs.end(0, new Error('no such thing'));
    await done;
    expect(said()).toEqual(['de broken vantage']);
    expect(entries).toMatchObject([{ result: { message: expect.stringContaining('no such thing') } }]);
    expect(runner.saturation()).toBe(0);
  });
});

describe('a slot of a journey', () => {
  test('waits for a browser, and is missed as overload when none is free in time', async () => {
    const { runs, said, begin } = setUp({ journeyPool: 1 });
    await begin(journey, 0);
    await begin(journey, 1);
    await begin(journey, 2);
    await vi.advanceTimersByTimeAsync(5_000);
    await runs.end(0);
    expect(runs.tasks.map(({ check }) => check.variant.key)).toEqual(['de', 'fr']);
    await vi.advanceTimersByTimeAsync(journeyLateMsMax - 5_000 + 1);
    expect(said()).toEqual(['de pass', 'it missed overload']);
    await runs.end(1);
    expect(runs.tasks).toHaveLength(2);
  });

  test('is missed as late when its time to wait had passed before it came', async () => {
    const { runs, said, begin } = setUp();
    await begin(journey, 0, start - journeyLateMsMax - 1);
    await settled();
    expect([runs.tasks, said()]).toEqual([[], ['de missed late']]);
  });

  test('is missed as overlap while the run before it still goes on', async () => {
    const { runs, said, begin } = setUp();
    await begin(journey, 0);
    await vi.advanceTimersByTimeAsync(60_000);
    await begin(journey, 0);
    await runs.end(0);
    expect(said()).toEqual(['de missed overlap', 'de pass']);
  });

  test('that runs does not keep http checks from running', async () => {
    const { runs, said, begin } = setUp({ journeyPool: 1 });
    await begin(journey, 0);
    await begin(http, 0);
    await runs.end(1);
    expect(said()).toEqual(['de pass']);
  });
});

test.each([
  ['http every 10 s', http, httpLateMsMax],
  ['http every second', httpProbe('shop/a', { schedule: { everyMs: 1_000 } }), 1_000],
  ['a journey every minute', journey, journeyLateMsMax],
  ['a journey every 5 s', journeyProbe('shop/b', { schedule: { everyMs: 5_000 } }), 5_000],
])('%s may be late by less than its interval', (_, probe, ms) => {
  expect(lateMsMax(checkOf(probe), start)).toBe(ms);
});

describe('a job that was started before', () => {
  test('runs nothing: each of its slots becomes broken/killed', () => {
    const { runs, runner, entries, said } = setUp();
    runner.killed([0, 1].map((variant) => ({ check: checkOf(http, variant), at: start + variant, plan })));
    expect(runs.tasks).toEqual([]);
    expect(said()).toEqual(['de broken killed', 'fr broken killed']);
    expect(entries).toMatchObject([{ result: { scheduledAt: start } }, { result: { scheduledAt: start + 1 } }]);
  });
});

describe('being stopped', () => {
  test('closes what still runs, once: its own result comes too late', async () => {
    const { runs, runner, said, begin } = setUp();
    await begin(http, 0);
    await begin(journey, 1);
    await begin(http, 2);
    await runs.end(2);
    expect(runner.abandon()).toBe(2);
    expect(runner.abandon()).toBe(0);
    await runs.end(0);
    await runs.end(1);
    expect(said()).toEqual(['it pass', 'de broken killed', 'fr broken killed']);
  });
});

describe('a run that is wanted at once', () => {
  const asked = { cause: 'confirmation', request: 'r1', at: start } as const;

  test('goes beside the scheduled run of the same check, and is told apart from it', async () => {
    const { runs, runner, entries, begin } = setUp();
    await begin(http, 0, start);
    const done = runner.asap(checkOf(http), plan, asked);
    await runs.end(1);
    await done;
    expect(entries).toMatchObject([{ result: { id: `shop/up[de]@fra/confirmation/${start}/r1` } }]);
    await runs.end(0);
    expect(entries).toHaveLength(2);
  });

  test('has a place of its own when all browsers are taken', async () => {
    const { runs, runner, said, begin } = setUp({ journeyPool: 1 });
    await begin(journey, 0);
    const done = runner.asap(checkOf(journey, 1), plan, asked);
    await settled();
    await runs.end(1);
    await done;
    expect(said()).toEqual(['fr pass confirmation']);
  });

  test('without a place in time is told as ours, and takes no place from those that come later', async () => {
    const { runs, runner, entries } = setUp();
    const first = runner.asap(checkOf(journey), plan, asked);
    const refused = runner.asap(checkOf(journey, 1), plan, asked);
    await vi.advanceTimersByTimeAsync(journey.timeoutMs * 2);
    await refused;
    expect(entries).toMatchObject([{ result: { variant: 'fr', outcome: 'broken', reason: 'vantage' } }]);
    await runs.end(0);
    await first;
    void runner.asap(checkOf(journey, 2), plan, asked);
    const waiting = runner.asap(checkOf(journey, 1), plan, { ...asked, request: 'r2' });
    await settled();
    expect(runs.tasks).toHaveLength(2);
    await runs.end(1);
    await settled();
    expect(runs.tasks).toHaveLength(3);
    await runs.end(2);
    await waiting;
  });
});

describe('a standstill of the vantage', () => {
  const slow = { outcome: 'degraded', reason: 'slow' } as const;
  const hung = { outcome: 'fail', reason: 'timeout', message: 'no answer' } as const;

  test.each([
    ['a slow run', slow],
    ['a run that timed out', hung],
  ])('is not blamed on the target of %s', async (_, finding) => {
    const { runs, entries, begin } = setUp({ stillMs: 180 });
    await begin(http);
    await runs.end(0, finding);
    expect(entries).toMatchObject([
      { result: { outcome: 'broken', reason: 'vantage', message: expect.stringContaining('180 ms') } },
    ]);
  });

  test('takes nothing from what the target said itself', async () => {
    const { runs, said, begin } = setUp({ stillMs: 180 });
    await begin(http, 0);
    await begin(http, 1);
    await runs.end(0, { outcome: 'fail', reason: 'status' });
    await runs.end(1);
    expect(said()).toEqual(['de fail status', 'fr pass']);
  });

  test('that did not touch the run leaves it slow', async () => {
    const { runs, said, begin } = setUp();
    await begin(http);
    await runs.end(0, slow);
    expect(said()).toEqual(['de degraded slow']);
  });
});
