import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planOfMany } from './plans.fixture.ts';
import { chainLostMs, type Present, repair } from './reconcile.ts';
import { roundsOf } from './rounds.ts';

const now = 1_700_000_000_000;
const rounds = roundsOf(planOfMany(200), 'fra');
const ids = [...rounds.keys()];

function present(some: readonly string[], next = now + 1_000): Map<string, Present> {
  return new Map(some.map((id) => [id, { queue: 'rounds', next }]));
}

test('job schedulers that are missing are put in, those nobody needs are taken out', () => {
  const { upsert, remove } = repair(rounds, new Set(), present([...ids.slice(2), 'r.9.9.1.0']), now, true);
  expect(upsert.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  expect(remove).toEqual([{ id: 'r.9.9.1.0', queue: 'rounds' }]);
});

test('one that an older plan in force still needs stays, but is not made anew', () => {
  const kept = new Set(['r.old.1.1.0', 'r.gone.1.1.0']);
  expect(repair(rounds, kept, present([...ids, 'r.old.1.1.0']), now, true)).toEqual({ upsert: [], remove: [] });
});

test('one whose chain is lost is put in again, but only if somebody listens', () => {
  const [first = '', ...others] = ids;
  const found = new Map([...present(others), ...present([first], now - chainLostMs - 1)]);
  expect(repair(rounds, new Set(), found, now, true).upsert.map(({ id }) => id)).toEqual([first]);
  expect(repair(rounds, new Set(), found, now, false)).toEqual({ upsert: [], remove: [] });
  const late = new Map([...present(others), ...present([first], now - chainLostMs)]);
  expect(repair(rounds, new Set(), late, now, true)).toEqual({ upsert: [], remove: [] });
});

test('after a repair there is nothing left to repair', () => {
  const some = fc.subarray([...ids, 'r.x.1.1.0', 'r.y.1.1.0']);
  fc.assert(
    fc.property(some, some, fc.boolean(), (there, keep, listening) => {
      const found = present(there);
      const kept = new Set(keep);
      const { upsert, remove } = repair(rounds, kept, found, now, listening);
      for (const { id } of remove) found.delete(id);
      for (const { id, queue } of upsert) found.set(id, { queue, next: now });
      expect(repair(rounds, kept, found, now, listening)).toEqual({ upsert: [], remove: [] });
      for (const id of ids) expect(found.has(id)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
