import { expect, test } from 'vitest';
import { timezoneMeant } from './cron.ts';
import { durationMeant } from './duration-meant.ts';
import { canonicalLocale, localeMeant } from './locale.ts';

test.each([
  [5, '5s'],
  [2.5, '2.5s'],
  [5_000, '5s'],
  [2_500, '2500ms'],
  ['30', '30s'],
  ['5 s', '5s'],
  ['5sec', '5s'],
  ['2,5 Seconds', '2.5s'],
  ['30 minutes', '30m'],
  ['1 hour', '1h'],
  ['2 days', '2d'],
  ['800 millis', '800ms'],
  ['soon', undefined],
  ['5 fortnights', undefined],
  ['', undefined],
  [true, undefined],
  [-5, undefined],
])('a duration written as %j was meant to be %j', (written, meant) => {
  expect(durationMeant(written)).toBe(meant);
});

test.each([
  ['german', 'de'],
  ['de_DE', 'de-DE'],
  ['DE-de', 'de-DE'],
  ['qx', undefined],
  ['nonsense', undefined],
])('a locale written as %j was meant to be %j', (written, meant) => {
  expect(localeMeant(written)).toBe(meant);
});

test.each([
  ['de', 'de'],
  ['en-gb', 'en-GB'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['german', undefined],
  ['de_DE', undefined],
])('the locale %j is %j', (written, canonical) => {
  expect(canonicalLocale(written)).toBe(canonical);
});

test.each([
  ['Berlin', 'Europe/Berlin'],
  ['new york', 'America/New_York'],
  ['Europe/Berln', 'Europe/Berlin'],
  ['Mordor', undefined],
])('a time zone written as %j was meant to be %j', (written, meant) => {
  expect(timezoneMeant(written)).toBe(meant);
});
