import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { optionsIn, withReference } from './reference.ts';

test('the reference in the README is what the types and the settings say (else: npm run reference)', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(withReference(readme)).toBe(readme);
});

test('options are read from interfaces, unions and intersections, with their docstrings', () => {
  const source = `
    /** Not this one. */
    type Timing<N> = { /** How often. */ readonly every: Duration; readonly cron?: never } |
      { /** Five\n * fields. */ readonly cron: string; readonly every?: never };
    interface Other { readonly no: string; readonly plain: number }
    export type All<V> = Timing<V> & { readonly from?: readonly N['vantage'][]; /** Sent. */ readonly query?: PerVariant<Readonly<Record<string, Value>>, V> };`;
  expect(optionsIn(source, ['Timing', 'All'])).toEqual([
    { name: 'every', type: 'Duration', required: false, text: 'How often.' },
    { name: 'cron', type: 'string', required: false, text: 'Five fields.' },
    { name: 'from', type: 'name of a vantage[]', required: false, text: '' },
    { name: 'query', type: '{ [name]: Value }, or a function of the variant', required: false, text: 'Sent.' },
  ]);
});

test('a type that is gone is an error, not an empty table', () => {
  expect(() => optionsIn('', ['Timing'])).toThrow('Timing are no longer there');
});
