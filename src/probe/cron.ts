/**
 * Cron expressions and time zones, checked.
 */
import { CronExpressionParser } from 'cron-parser';
import { asError } from '../base/errors.ts';
import { cronCharsMax } from './limits.ts';
import { nearest } from './problem.ts';

// Enough fires to meet the shortest distance of any usual expression, e.g. the turn of the hour after */7.
const firesLookedAt = 64;
// Any fixed day serves; the fault of an expression must not depend on when it is loaded.
const lookedAtFrom = new Date('2026-01-01T00:00:00Z');

/** Whether it names a zone of the IANA database. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** The zone that was meant: `Europe/Berlin` for `Berlin` and for `Europe/Berln`. */
export function timezoneMeant(name: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone');
  const city = name.trim().replaceAll(' ', '_').toLowerCase();
  return zones.find((zone) => zone.toLowerCase().endsWith(`/${city}`)) ?? nearest(name, zones);
}

/** The shortest time between two fires of a cron expression, milliseconds, or what is wrong with it. */
export function cronGapMs(cron: string, timezone: string): { gapMs: number } | { message: string; mend: string } {
  const mend = "write five fields: minute, hour, day of month, month, day of week, such as '*/5 6-22 * * *'";
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 || cron.length > cronCharsMax) {
    const message = `cron '${cron.slice(0, cronCharsMax)}' has ${fields.length} fields`;
    const short = fields.slice(1).join(' ');
    // Elsewhere the first of six are seconds.
    if (fields.length === 6 && 'gapMs' in cronGapMs(short, timezone))
      return { message, mend: `leave out the seconds: write '${short}'` };
    return { message, mend };
  }
  // `H` is drawn anew at every parse: no two vantages would agree on the slots.
  if (fields.some((field) => /(^|[,\s])H/.test(field)))
    return { message: `cron '${cron}' holds H, a random time`, mend };
  try {
    const expression = CronExpressionParser.parse(cron, { currentDate: lookedAtFrom, tz: timezone });
    const fires = Array.from({ length: firesLookedAt }, () => expression.next().getTime());
    const gaps = fires.slice(1).map((fire, index) => fire - (fires[index] ?? fire));
    return { gapMs: Math.max(60_000, Math.min(...gaps)) };
  } catch (error) {
    return { message: `cron '${cron}' cannot be used: ${asError(error).message}`, mend };
  }
}
