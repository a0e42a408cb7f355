/**
 * What the demo prints: one calm line for each change, and at the end a table of what was seen of each fault.
 */
import { formatDuration } from '../src/base/time.ts';
import type { Result } from '../src/result/result.ts';
import type { FaultName, Turn } from './faults.ts';
import { type Change, isBad, tellWrong } from './watch.ts';

/** How long after a fault is mended what is seen may still be its doing, milliseconds: a journey that was under way. */
const afterglowMsMax = 30_000;

/** The time of day as a person reads it, `10:31:02`. */
export function clockTime(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** One line for a change. */
export function tellChange({ check, result, before, at, lastedMs }: Change): string {
  const time = clockTime(at);
  if (!isBad(result.outcome)) return `${time}  ✓ ${check}  passes again, after ${formatDuration(lastedMs)}`;
  const instead = before !== undefined && isBad(before.outcome) ? ' (changed)' : '';
  return `${time}  ✗ ${check}  ${tellWrong(result)}${instead}`;
}

/** How one check first saw one fault. */
export interface Sighting {
  readonly fault: FaultName;
  readonly check: string;
  readonly result: Result;
  /** From the switch to the end of the run that saw it, milliseconds. */
  readonly afterMs: number;
}

/**
 * What was seen of each fault: for every check its first bad result that began while the fault was on. A result that
 * began before the switch counts when it ended after it and was good before: it was struck under way.
 */
export function sightingsOf(turns: readonly Turn[], changes: readonly Change[]): Sighting[] {
  const sightings: Sighting[] = [];
  for (const { fault, on, at } of turns) {
    if (!on) continue;
    const off = turns.find((turn) => turn.fault === fault && !turn.on && turn.at > at)?.at ?? Number.POSITIVE_INFINITY;
    const seen = new Set<string>();
    for (const change of changes) {
      const { check, result } = change;
      if (!isBad(result.outcome) || change.at < at || change.at > off + afterglowMsMax || seen.has(check)) continue;
      if (result.startedAt > off) continue;
      seen.add(check);
      sightings.push({ fault, check, result, afterMs: change.at - at });
    }
  }
  return sightings;
}

/** Rows as aligned columns; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [head = [], ...body] = rows.map(line);
  return [head, '-'.repeat(Math.max(...rows.map((row) => line(row).length))), ...body].join('\n');
}

/** The table at the end of a bounded demo. */
export function tellSightings(turns: readonly Turn[], changes: readonly Change[]): string {
  const sightings = sightingsOf(turns, changes);
  const switched = turns.filter(({ on }) => on);
  if (switched.length === 0) return 'No fault was switched on.';
  const rows = sightings.map(({ fault, check, result, afterMs }) => [
    fault,
    check,
    result.outcome,
    result.reason ?? '',
    result.step ?? '',
    (afterMs / 1_000).toFixed(1),
  ]);
  const unseen = switched.filter(({ fault }) => !sightings.some((sighting) => sighting.fault === fault));
  return [
    rows.length === 0 ? '' : table([['fault', 'check', 'outcome', 'reason', 'step', 'first seen after (s)'], ...rows]),
    ...unseen.map(({ fault }) => `${fault}: no check saw it`),
  ]
    .filter((text) => text !== '')
    .join('\n');
}
