/**
 * The duration that somebody meant who did not write one.
 */
import { parseDuration } from '../base/time.ts';

const units: readonly (readonly [unit: string, words: RegExp])[] = [
  ['ms', /^(ms|msecs?|millis|milliseconds?)$/i],
  ['s', /^(s|secs?|seconds?)$/i],
  ['m', /^(m|mins?|minutes?)$/i],
  ['h', /^(h|hrs?|hours?)$/i],
  ['d', /^(d|days?)$/i],
];

/** From here on a bare number is taken for milliseconds, as timers have them. */
const millisecondsFrom = 1_000;

/** `'5s'` for `5000`, `'5'`, `'5 s'` and `'5sec'`; `undefined` where nobody could say. */
export function durationMeant(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, digits = '', word = ''] = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/i.exec(String(value).trim()) ?? [];
  const number = digits.replace(',', '.');
  if (number === '') return undefined;
  const unit = word === '' ? bareUnit(number) : units.find(([, words]) => words.test(word))?.[0];
  if (unit === undefined) return undefined;
  const whole = unit === 'ms' && Number(number) % 1_000 === 0 ? `${Number(number) / 1_000}s` : `${number}${unit}`;
  return parseDuration(whole) === undefined ? undefined : whole;
}

function bareUnit(number: string): string {
  return Number(number) >= millisecondsFrom ? 'ms' : 's';
}
