/**
 * What must have happened, reckoned from the plans and from when they were in force, and what did: history's
 * closings and the target's log. The arithmetic is written out here again on purpose: the product's own must not
 * be its own judge.
 */
import { DatabaseSync } from 'node:sqlite';
import { checksOf, type Plan } from '../src/probe/definition.ts';
import { openHistory } from '../src/result/history.ts';
import type { InForce } from '../src/schedule/force.ts';
import { phaseOf } from '../src/schedule/slots.ts';
import type { Asked } from './system.fixture.ts';

/** `CHECK/scheduled/MILLIS`: a slot, and the id of what closed it. */
type SlotId = string;

/** The slots before `until` of plans that were in force so; `inForce` by vantage, oldest first. */
export function slotsExpected(
  plans: readonly Plan[],
  inForce: ReadonlyMap<string, readonly InForce[]>,
  until: number,
): Set<SlotId> {
  const slots = new Set<SlotId>();
  for (const [vantage, records] of inForce) {
    records.forEach(({ version, from }, i) => {
      const plan = plans.find((each) => each.version === version);
      if (plan === undefined) throw new Error(`plan ${version} was in force at ${vantage}, but was never published`);
      const to = Math.min(until, records[i + 1]?.from ?? until);
      for (const check of plan.probes.flatMap(checksOf).filter((each) => each.vantage === vantage)) {
        const { schedule } = check.probe;
        if (!('everyMs' in schedule)) throw new Error('only checks at a fixed interval are reckoned here');
        const phase = phaseOf(check, schedule.everyMs);
        for (let k = Math.floor(from / schedule.everyMs) - 1; k * schedule.everyMs + phase < to; k++) {
          const at = k * schedule.everyMs + phase;
          if (at >= from) slots.add(`${check.id}/scheduled/${at}`);
        }
      }
    });
  }
  return slots;
}

/** How a slot was closed. */
export interface Closed {
  readonly check: string;
  readonly at: number;
  /** `pass`, `broken/killed`, `missed/late`…. */
  readonly how: string;
  /** Milliseconds after its time at which it was begun; absent when it was missed. */
  readonly lateMs?: number;
}

const outcomes = ['pass', 'degraded', 'fail', 'broken', 'missed'];

/** Every scheduled closing in the recorder's file before `until`, by slot. More than one of a slot throws. */
export function closingsIn(historyFile: string, until: number): Map<SlotId, Closed> {
  using db = new DatabaseSync(historyFile, { readOnly: true, timeout: 5_000 });
  const rows = db
    .prepare(
      `SELECT checks.text AS name, hour * 3600000 + at AS at, outcome, words.text AS reason, started FROM closings
       JOIN checks ON checks.id = check_id LEFT JOIN words ON words.id = reason WHERE cause = 0`,
    )
    .all();
  const closings = new Map<SlotId, Closed>();
  for (const { name, at, outcome, reason, started } of rows) {
    if (Number(at) >= until) continue;
    const slot = `${name}/scheduled/${at}`;
    if (closings.has(slot)) throw new Error(`${slot} was closed twice`);
    const how = [outcomes[Number(outcome)], reason].filter((part) => part !== null).join('/');
    const late = started === null ? {} : { lateMs: Number(started) / 1_000 };
    closings.set(slot, { check: String(name), at: Number(at), how, ...late });
  }
  return closings;
}

/** Of these slots those that history does not call closed. */
export function unclosedIn(historyFile: string, slots: ReadonlySet<SlotId>): string[] {
  using history = openHistory(historyFile, { readOnly: true });
  const asked = [...slots].map((slot) => {
    const [check = '', at = ''] = slot.split('/scheduled/');
    return { check, scheduledAt: Number(at) };
  });
  return history.unclosed(asked).map(({ check, scheduledAt }) => `${check}/scheduled/${scheduledAt}`);
}

/**
 * Slots that the target was asked for more than once. A request belongs to the slot of the run that has its trace id,
 * also of one that came too late to be recorded; one whose run never ended belongs to the check's last slot before it.
 * @param runs slot by trace id, of every run that ended
 */
export function askedTwice(
  runs: ReadonlyMap<string, string>,
  asked: ReadonlyMap<string, readonly Asked[]>,
  slots: ReadonlySet<SlotId>,
): string[] {
  const times = Map.groupBy(
    [...slots].map((slot) => slot.split('/scheduled/')),
    ([check]) => check ?? '',
  );
  const twice: string[] = [];
  for (const [check, requests] of asked) {
    const slotTimes = (times.get(check) ?? []).map(([, at]) => Number(at)).sort((a, b) => a - b);
    const seen = new Set<string>();
    for (const request of requests) {
      const last = slotTimes.findLast((at) => at <= request.at);
      const slot = runs.get(request.trace) ?? (last === undefined ? undefined : `${check}/scheduled/${last}`);
      if (slot === undefined) continue;
      if (seen.has(slot)) twice.push(slot);
      seen.add(slot);
    }
  }
  return twice;
}

/** Slots that passed although the target's log holds no request of that run. */
export function passedUnasked(
  historyFile: string,
  asked: ReadonlyMap<string, readonly Asked[]>,
  closings: ReadonlyMap<SlotId, Closed>,
): string[] {
  using history = openHistory(historyFile, { readOnly: true });
  const traces = new Set([...asked.values()].flat().map(({ trace }) => trace));
  return [...closings]
    .filter(([, { how }]) => how === 'pass')
    .map(([slot]) => slot)
    .filter((slot) => {
      const closing = history.run(slot);
      return closing?.type !== 'result' || !traces.has(closing.result.traceId);
    });
}

/** How many of each, most first, as `name number`. */
export function tally(names: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}

/** The value below which a part (0 to 1) of the numbers lies; they need not be sorted. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
