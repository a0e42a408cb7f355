import { describe, expect, test } from 'vitest';
import type { Probe } from '../probe/definition.ts';
import { select } from './select.ts';

function probe(id: string, file: string, markets: readonly string[] = ['']): Probe {
  return {
    kind: 'heartbeat',
    id,
    system: id.split('/')[0] ?? '',
    schedule: { everyMs: 60_000 },
    from: ['fra', 'par'],
    variants: markets.map((key) => ({ key, values: {} })),
    timeoutMs: 1_000,
    severity: 'page',
    dependsOn: [],
    source: { file, line: 1 },
    expectEveryMs: 1,
    graceMs: 1,
    token: 'T',
  };
}

const choice = {
  cwd: '/srv',
  probesDir: '/srv/probes',
  probes: [
    probe('shop/checkout', 'shop/checkout.ts', ['de', 'fr']),
    probe('shop/search', 'shop/search.ts'),
    probe('shop-admin/login', 'shop-admin/login.ts'),
  ],
};
const ids = (selectors: string[], narrowing = {}) =>
  select(choice, selectors, narrowing).checks.map((check) => check.id);

describe('a selector', () => {
  test.each([
    [
      'nothing at all',
      [],
      ['shop/checkout[de]@(here)', 'shop/checkout[fr]@(here)', 'shop/search@(here)', 'shop-admin/login@(here)'],
    ],
    ['an id', ['shop/search'], ['shop/search@(here)']],
    [
      'a system, and no other whose name begins so',
      ['shop'],
      ['shop/checkout[de]@(here)', 'shop/checkout[fr]@(here)', 'shop/search@(here)'],
    ],
    ['a file from here', ['probes/shop/search.ts'], ['shop/search@(here)']],
    ['an absolute folder', ['/srv/probes/shop-admin/'], ['shop-admin/login@(here)']],
    [
      'the probes folder',
      ['./probes'],
      ['shop/checkout[de]@(here)', 'shop/checkout[fr]@(here)', 'shop/search@(here)', 'shop-admin/login@(here)'],
    ],
    ['a variant', ['shop/checkout[fr]'], ['shop/checkout[fr]@(here)']],
    ['a check', ['shop/checkout[fr]@par'], ['shop/checkout[fr]@par']],
    ['one probe twice', ['shop/search', 'probes/shop/search.ts'], ['shop/search@(here)']],
  ])('that is %s', (_, selectors, expected) => {
    expect(ids(selectors)).toEqual(expected);
  });

  test('is narrowed by vantage and variant', () => {
    expect(ids(['shop'], { vantage: 'fra', variant: 'de' })).toEqual(['shop/checkout[de]@fra']);
  });

  test.each([
    ['shop/chekout', {}, 'did you mean shop/checkout?'],
    ['serch', {}, 'did you mean shop/search?'],
    ['probes/nothing/like/it', {}, 'vedette validate counts what there is'],
    ['shop/checkout', { variant: 'xx' }, 'it has the variants de, fr and the vantages fra, par'],
  ])('that matches nothing, %s with %j, says what to do', (selector, narrowing, mend) => {
    expect(select(choice, [selector], narrowing).unmatched).toEqual([{ selector, mend }]);
  });
});
