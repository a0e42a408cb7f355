import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playwrightApi } from './playwright-api.ts';

/** Layout is the formatter's. */
const words = (text: string) => text.replace(/[\s,']+/g, '');

test("the table of Playwright's calls is what its types say (else: npm run playwright-api)", () => {
  const written = readFileSync(new URL('../src/probe/source/playwright-api.ts', import.meta.url), 'utf8');
  expect(words(written)).toBe(words(playwrightApi()));
});
