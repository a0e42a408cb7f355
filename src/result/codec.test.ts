import { expect, test } from 'vitest';
import { decodeEntry, encodeEntry, entryCharsMax } from './codec.ts';
import { beatEntry, journeyResult, missedEntry, resultEntry } from './entries.fixture.ts';
import type { Entry } from './result.ts';

test.each<[string, Entry]>([
  ['an http result', resultEntry()],
  ['a journey result', { type: 'result', result: journeyResult() }],
  ['a confirmation', resultEntry({ cause: 'confirmation' }, 'request-1')],
  ['a missed slot', missedEntry()],
  ['a beat', beatEntry()],
])('%s comes back as it was', (_, entry) => {
  const line = encodeEntry(entry);
  expect(line).not.toContain('\n');
  expect(decodeEntry(line)).toEqual({ entry });
});

test.each([
  ['no JSON', '{"type":', /not JSON/],
  ['an unknown type', '{"type":"other"}', /type/],
  ['a version to come', JSON.stringify({ type: 'result', result: { ...resultEntry().result, v: 2 } }), /result\.v/],
  ['an unknown reason', JSON.stringify({ type: 'missed', missed: { ...missedEntry().missed, reason: 'x' } }), /reason/],
  ['another id', JSON.stringify({ type: 'result', result: { ...resultEntry().result, vantage: 'par' } }), /the id/],
  ['too long a line', `"${'x'.repeat(entryCharsMax)}"`, /longer/],
])('%s is refused with a reason', (_, line, fault) => {
  expect(decodeEntry(line)).toEqual({ fault: expect.stringMatching(fault) });
});

test('fields of a later version are left behind, the rest is kept', () => {
  const entry = resultEntry();
  expect(decodeEntry(JSON.stringify({ type: 'result', result: { ...entry.result, colour: 'red' } }))).toEqual({
    entry,
  });
});

test('a result that is too long leaves its bulk behind, and stays a result', () => {
  const long = journeyResult({ consoleErrors: ['x'.repeat(entryCharsMax)] });
  const line = encodeEntry({ type: 'result', result: long });
  const { consoleErrors: _, ...rest } = long;
  expect(decodeEntry(line)).toEqual({ entry: { type: 'result', result: rest } });
});
