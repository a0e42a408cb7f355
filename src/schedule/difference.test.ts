import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePlan } from '../probe/plan.ts';
import { difference, isEmpty } from './difference.ts';
import { httpProbe, landscape, planOf, planOfMany } from './plans.fixture.ts';

const nothing = { added: [], removed: [], changed: [], landscape: false, massRemoval: false };

describe('the difference of two plans', () => {
  test('is empty between a plan and itself', () => {
    const plan = planOfMany(20);
    const diff = difference(plan, plan);
    expect(diff).toEqual({ ...nothing, checks: { before: 20, after: 20, added: 0, removed: 0 } });
    expect(isEmpty(diff)).toBe(true);
  });

  test('to the first plan is all of it', () => {
    const diff = difference(undefined, planOf(httpProbe('shop/a', { variants: ['de', 'fr'], from: ['fra', 'par'] })));
    expect(diff).toEqual({ ...nothing, added: ['shop/a'], checks: { before: 0, after: 4, added: 4, removed: 0 } });
    expect(isEmpty(diff)).toBe(false);
  });

  test('names what was added, removed and changed, each sorted', () => {
    const before = planOf(httpProbe('shop/a'), httpProbe('shop/b'), httpProbe('shop/c'));
    const after = planOf(
      httpProbe('shop/z'),
      httpProbe('shop/b', { timeoutMs: 1 }),
      httpProbe('shop/c'),
      httpProbe('shop/d'),
    );
    expect(difference(before, after)).toMatchObject({
      added: ['shop/d', 'shop/z'],
      removed: ['shop/a'],
      changed: ['shop/b'],
    });
  });

  test('of a variant gone is a changed probe and a removed check', () => {
    const diff = difference(
      planOf(httpProbe('shop/a', { variants: ['de', 'fr'] })),
      planOf(httpProbe('shop/a', { variants: ['de'] })),
    );
    expect(diff).toMatchObject({
      changed: ['shop/a'],
      removed: [],
      checks: { before: 2, after: 1, added: 0, removed: 1 },
    });
  });

  test('is empty where only a line number moved', () => {
    expect(
      isEmpty(difference(planOf(httpProbe('shop/a', { line: 3 })), planOf(httpProbe('shop/a', { line: 40 })))),
    ).toBe(true);
  });

  test('says that the landscape changed, even if no probe did', () => {
    const other = { ...landscape, teams: { web: { label: 'The web team' } } };
    const diff = difference(makePlan(landscape, [httpProbe('shop/a')]), makePlan(other, [httpProbe('shop/a')]));
    expect(diff).toMatchObject({ landscape: true, changed: [] });
    expect(isEmpty(diff)).toBe(false);
  });

  test.each([
    [100, 100, false],
    [100, 90, false],
    [100, 89, true],
    [9, 8, true],
    [10, 9, false],
    [1, 0, true],
    [0, 0, false],
    [0, 5, false],
  ])('from %i checks to %i is a mass removal: %s', (before, after, mass) => {
    expect(difference(planOfMany(before), planOfMany(after)).massRemoval).toBe(mass);
  });

  test('is not fooled by as many new checks as old ones gone', () => {
    const renamed = planOf(...Array.from({ length: 50 }, (_, i) => httpProbe(`shop/q${i}`)));
    expect(difference(planOfMany(50), renamed).massRemoval).toBe(true);
  });

  test('applied to the old plan gives the new one', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'));
    fc.assert(
      fc.property(names, names, (old, wanted) => {
        const diff = difference(
          planOf(...old.map((name) => httpProbe(`shop/${name}`))),
          planOf(...wanted.map((name) => httpProbe(`shop/${name}`))),
        );
        const ids = (all: readonly string[]) => new Set(all.map((name) => `shop/${name}`));
        expect(ids(old).union(new Set(diff.added)).difference(new Set(diff.removed))).toEqual(ids(wanted));
        expect(diff.checks.before + diff.checks.added - diff.checks.removed).toBe(diff.checks.after);
      }),
    );
  });
});
