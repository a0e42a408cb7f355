import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blockedPage } from './blocked.ts';

test('docs/blocked.md holds the signs as they are; `npm run reference` makes it anew', () => {
  expect(readFileSync(new URL('../docs/blocked.md', import.meta.url), 'utf8')).toBe(blockedPage());
});
