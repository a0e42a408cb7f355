import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OUTCOMES, REASONS } from './result.ts';

test('docs/reasons.md tells of every outcome and every reason, once, and of no other', () => {
  const text = readFileSync(new URL('../../docs/reasons.md', import.meta.url), 'utf8');
  const told = [...text.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name);
  expect(told.toSorted()).toEqual([...OUTCOMES, ...REASONS].toSorted());
});
