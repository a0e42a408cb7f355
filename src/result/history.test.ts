import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { assert, asyncProperty, constantFrom, integer, nat, property, record, array as some } from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { beatEntry, journeyResult, missedEntry, resultEntry, T0 } from './entries.fixture.ts';
import { type History, openHistory } from './history.ts';
import { type Entry, OUTCOMES } from './result.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-history-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let path: string;
let count = 0;
beforeEach(() => {
  path = join(folder, `${++count}.db`);
});

test('a folder that is not there yet is made by the writer, and only by it', () => {
  const below = join(folder, 'new', 'data', 'history.db');
  expect(() => openHistory(below, { readOnly: true })).toThrow('there is no history');
  openHistory(below).close();
  openHistory(below, { readOnly: true }).close();
});

const at = (n: number) => ({ id: `${n}-0`, ordinal: n });
const idOf = (entry: Entry) =>
  entry.type === 'result' ? entry.result.id : entry.type === 'missed' ? entry.missed.id : '';
const de = 'shop/catalog[de]@fra';
const hour = 3_600_000;

test('what was recorded comes back whole, and so does the position', () => {
  const entries: Entry[] = [
    resultEntry(),
    { type: 'result', result: journeyResult() },
    resultEntry({ cause: 'confirmation', outcome: 'fail', reason: 'status' }, 'r/1'),
    missedEntry({ scheduledAt: T0 + 30_000 }),
    resultEntry({ probe: 'payment/up', system: 'elsewhere', variant: '', vantage: 'par' }),
  ];
  {
    using history = openHistory(path);
    expect(history.position()).toBeUndefined();
    expect(history.record([...entries, beatEntry()], at(6), { cursor: '42' })).toEqual([...entries, beatEntry()]);
  }
  using reopened = openHistory(path, { readOnly: true });
  expect(reopened.position()).toEqual(at(6));
  expect(reopened.state('cursor')).toBe('42');
  for (const entry of entries) expect(reopened.run(idOf(entry))).toEqual(entry);
  expect(reopened.run('shop/catalog[de]@fra/scheduled/1')).toBeUndefined();
  expect(reopened.run('nonsense')).toBeUndefined();
  expect(() => reopened.record([], at(7))).toThrow(/read only/);
});

test('a slot closed by a result is not closed by a missed, nor the reverse: the first recorded wins', () => {
  using history = openHistory(path);
  const late = { scheduledAt: T0 + 30_000 };
  expect(history.record([resultEntry(), missedEntry()], at(2))).toEqual([resultEntry()]);
  expect(history.record([missedEntry(late), resultEntry(late)], at(4))).toEqual([missedEntry(late)]);
  expect(history.record([resultEntry(), missedEntry(late)], at(6))).toEqual([]);
  expect(history.counts({ from: T0, to: T0 + hour })).toEqual({
    outcomes: { pass: 1, degraded: 0, fail: 0, broken: 0 },
    reasons: {},
    missed: { late: 1 },
  });
});

test('any order with any repeats, in any batches, keeps the first recorded of each id', () => {
  const one = record({
    slot: nat(5),
    vantage: constantFrom('fra', 'par'),
    missed: constantFrom(true, false),
    o: nat(3),
    d: nat(9),
  });
  const entry = one.map(({ slot, vantage, missed, o, d }): Entry => {
    const over = { scheduledAt: T0 + slot * 1_500_000, vantage };
    return missed ? missedEntry(over) : resultEntry({ ...over, outcome: OUTCOMES[o] ?? 'pass', durationMs: d });
  });
  assert(
    property(some(some(entry, { maxLength: 12 }), { maxLength: 6 }), (batches) => {
      using history = openHistory(':memory:');
      const first = new Map<string, Entry>();
      for (const [n, batch] of batches.entries()) {
        const fresh = batch.filter((e) => !first.has(idOf(e)) && first.set(idOf(e), e));
        expect(history.record(batch, at(n))).toEqual(fresh);
      }
      for (const [id, e] of first) expect(history.run(id)).toEqual(e);
      const { outcomes, missed } = history.counts({ from: T0, to: T0 + 3 * hour });
      const total = Object.values({ ...outcomes, missed: missed.late ?? 0 }).reduce((sum, n) => sum + n, 0);
      expect(total).toBe(first.size);
      expect(outcomes.fail).toBe(
        [...first.values()].filter((e) => e.type === 'result' && e.result.outcome === 'fail').length,
      );
    }),
    { numRuns: 60 },
  );
});

test('the last runs of a check are its newest, over hours without any, and can be asked for in pages', () => {
  using history = openHistory(path);
  const times = [0, 1, 2, 26 * 60, 26 * 60 + 1].map((minutes) => T0 + minutes * 60_000);
  history.record(
    [...times, T0 + 48 * hour].map((scheduledAt) => resultEntry({ scheduledAt, vantage: 'par' })),
    at(6),
  );
  history.record(
    times.map((scheduledAt) => resultEntry({ scheduledAt })),
    at(11),
  );
  history.record([resultEntry({ cause: 'manual', scheduledAt: times[2] ?? 0 }, 'm1')], at(12));
  const scheduled = history.lastRuns(de, { limit: 10, cause: 'scheduled' });
  expect(scheduled.map((run) => run.scheduledAt)).toEqual([...times].reverse());
  expect(scheduled[0]).toMatchObject({ check: de, outcome: 'pass', durationMs: 123.4, startedAt: (times[4] ?? 0) + 3 });
  const [first, second, third] = history.lastRuns(de, { limit: 3 });
  expect([first?.scheduledAt, second?.scheduledAt, third?.cause]).toEqual([times[4], times[3], 'manual']);
  expect(history.lastRuns(de, { limit: 9, before: times[2] ?? 0 }).map((run) => run.scheduledAt)).toEqual([
    times[1],
    times[0],
  ]);
  expect(history.lastRuns(de, { limit: 9, since: times[4] ?? 0 })).toHaveLength(1);
  expect(history.lastRuns('shop/unknown@fra', { limit: 9 })).toEqual([]);
});

test('the slots that nothing has closed are found', () => {
  using history = openHistory(path);
  history.record(
    [resultEntry(), missedEntry({ vantage: 'par' }), resultEntry({ cause: 'manual', scheduledAt: T0 + 1 }, 'm')],
    at(3),
  );
  const open = [
    { check: 'shop/catalog[fr]@fra', scheduledAt: T0 },
    { check: de, scheduledAt: T0 + 1 },
  ];
  expect(
    history.unclosed([{ check: de, scheduledAt: T0 }, { check: 'shop/catalog[de]@par', scheduledAt: T0 }, ...open]),
  ).toEqual(open);
});

test('counts agree with a count by hand over any window', async () => {
  using history = openHistory(path);
  const entries = Array.from({ length: 900 }, (_, n): Entry => {
    const over = {
      scheduledAt: T0 + n * 31_000,
      vantage: n % 3 === 0 ? 'par' : 'fra',
      probe: n % 5 === 0 ? 'shop/cart' : 'shop/catalog',
    };
    if (n % 7 === 0) return missedEntry(over);
    return n % 11 === 0 ? resultEntry({ ...over, outcome: 'fail', reason: 'status' }) : resultEntry(over);
  });
  history.record([...entries, resultEntry({ cause: 'confirmation' }, 'c')], at(900));
  const filter = constantFrom({}, { vantage: 'par' }, { probe: 'shop/cart' }, { check: de });
  await assert(
    asyncProperty(filter, integer({ min: -hour, max: 9 * hour }), nat(9 * hour), async (by, start, length) => {
      const window = { from: T0 + start, to: T0 + start + length };
      const counts = history.counts({ ...by, ...window });
      const wanted = entries.flatMap((e) => {
        const about = e.type === 'result' ? e.result : e.type === 'missed' ? e.missed : undefined;
        if (about === undefined || about.scheduledAt < window.from || about.scheduledAt >= window.to) return [];
        const fields = { vantage: about.vantage, probe: about.probe, check: `${about.probe}[de]@${about.vantage}` };
        return Object.entries(by).every(([name, value]) => fields[name as keyof typeof fields] === value) ? [e] : [];
      });
      const missed = wanted.filter((e) => e.type === 'missed').length;
      const failed = wanted.filter((e) => e.type === 'result' && e.result.outcome === 'fail').length;
      expect(counts.missed).toEqual(missed === 0 ? {} : { late: missed });
      expect(counts.reasons).toEqual(failed === 0 ? {} : { status: failed });
      expect(counts.outcomes).toEqual({ pass: wanted.length - missed - failed, degraded: 0, fail: failed, broken: 0 });
    }),
    { numRuns: 150 },
  );
});

function fill(history: History, hours: number, perHour: number): void {
  for (let h = 0; h < hours; h++) {
    const entries = Array.from({ length: perHour }, (_, n) =>
      resultEntry({ scheduledAt: T0 + h * hour + n * 100, traceId: `${h}x${n}`.padStart(32, '7') }),
    );
    history.record(entries, at(h + 1));
  }
}

test('what is too old goes by the hour, with its counts, and nothing else', async () => {
  using history = openHistory(path);
  fill(history, 6, 1_000);
  const pruned = await history.prune({ before: T0 + 2.5 * hour, bytesMax: 1e9 });
  expect(pruned.runs).toBe(2_000);
  expect(history.counts({ from: T0, to: T0 + 10 * hour }).outcomes.pass).toBe(4_000);
  expect(history.lastRuns(de, { limit: 10_000 })).toHaveLength(4_000);
  expect(history.run(`${de}/scheduled/${T0}`)).toBeUndefined();
  expect(history.run(`${de}/scheduled/${T0 + 2 * hour}`)).toBeDefined();
  expect(await history.prune({ before: T0 + 2.5 * hour, bytesMax: 1e9 })).toMatchObject({ runs: 0 });
});

test('beyond its size the file gives up its oldest runs and shrinks; their hours stay counted', async () => {
  using history = openHistory(path);
  fill(history, 10, 2_000);
  const full = (await history.prune({ before: T0, bytesMax: 1e9 })).bytes;
  const pruned = await history.prune({ before: T0, bytesMax: full / 2 });
  expect(pruned.bytes).toBeLessThanOrEqual(full / 2);
  expect(pruned.runs).toBeGreaterThan(8_000);
  expect(pruned.runs).toBeLessThan(13_000);
  const left = history.lastRuns(de, { limit: 10_000 });
  expect(left[0]?.scheduledAt).toBe(T0 + 9 * hour + 1_999 * 100);
  expect(history.counts({ from: T0, to: T0 + 10 * hour }).outcomes.pass).toBe(20_000);
  history.close();
  using file = new DatabaseSync(path);
  const { page_count: pages } = file.prepare('PRAGMA page_count').get() ?? {};
  expect(Number(pages) * 4096).toBeLessThanOrEqual(full / 2);
});

test('a batch that fails leaves nothing behind, and the next one is recorded', () => {
  using history = openHistory(path);
  const unfit = resultEntry({ scheduledAt: T0 + 1, plan: 'new-plan' });
  const broken = {
    type: 'result',
    result: { ...unfit.result, id: `${unfit.result.id}0`, scheduledAt: (T0 + 1) * 10, traceId: 1n },
  } as unknown as Entry;
  expect(() => history.record([unfit, broken], at(2))).toThrow();
  expect(history.position()).toBeUndefined();
  expect(history.record([unfit], at(2))).toEqual([unfit]);
  expect(history.run(unfit.result.id)).toEqual(unfit);
});

test('a file of another layout, and none to read, are refused with what to do', () => {
  expect(() => openHistory(path, { readOnly: true })).toThrow(/there is no history/);
  openHistory(path).close();
  const file = new DatabaseSync(path);
  file.exec('PRAGMA user_version = 99');
  file.close();
  expect(() => openHistory(path)).toThrow(/layout 99/);
});
