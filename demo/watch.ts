/**
 * What Vedette sees, followed over time: the latest result of every check, since when it is so, and what changed.
 */
import { checkId } from '../src/probe/definition.ts';
import type { Outcome, Result } from '../src/result/result.ts';

/** The latest of one check. */
export interface Sight {
  readonly check: string;
  readonly result: Result;
  /** When the first run with this outcome and reason ended, epoch ms. */
  readonly since: number;
}

/** A check that turned bad, good, or bad in another way. */
export interface Change {
  readonly check: string;
  readonly result: Result;
  /** What it was before; `undefined` for a check's first result. */
  readonly before: Result | undefined;
  /** When the run ended, epoch ms. */
  readonly at: number;
  /** How long it had been as it was before, milliseconds. */
  readonly lastedMs: number;
}

/** The id of the check that a result belongs to. */
function checkOf(result: Result): string {
  return checkId(result.probe, result.variant, result.vantage);
}

/** When a run ended, epoch ms. */
export function endedAt(result: Result): number {
  return result.startedAt + result.durationMs;
}

/** Whether users are well served: `pass` alone. */
export function isBad(outcome: Outcome): boolean {
  return outcome !== 'pass';
}

/** Follows the results of every check. */
export interface Watch {
  /** Takes results in any order, and says what changed; those older than what is known are left out. */
  take(results: readonly Result[]): Change[];
  /** The latest of every check, by id. */
  sights(): Sight[];
}

/** A watch that has seen nothing yet. */
export function createWatch(): Watch {
  const known = new Map<string, Sight>();
  return {
    take(results) {
      const changes: Change[] = [];
      for (const result of results.toSorted((a, b) => a.startedAt - b.startedAt)) {
        const check = checkOf(result);
        const last = known.get(check);
        if (last !== undefined && last.result.startedAt >= result.startedAt) continue;
        const before = last?.result;
        const same = before?.outcome === result.outcome && before.reason === result.reason;
        const at = endedAt(result);
        known.set(check, { check, result, since: same && last ? last.since : at });
        const news = before === undefined ? isBad(result.outcome) : !same;
        if (news) changes.push({ check, result, before, at, lastedMs: last ? at - last.since : 0 });
      }
      return changes;
    },
    sights: () => [...known.values()].sort((a, b) => a.check.localeCompare(b.check)),
  };
}

/** What is wrong with a result, in one line without its check: `fail · assertion at "pay": …`. */
export function tellWrong(result: Result): string {
  const { outcome, reason, step, message, suspect } = result;
  const what = reason === undefined ? outcome : `${outcome} · ${reason}`;
  const where = step === undefined ? '' : ` at "${step}"`;
  const who = suspect === undefined ? '' : ` (suspect: ${suspect})`;
  const detail = message === undefined ? '' : `: ${(message.split('\n')[0] ?? '').slice(0, 160)}`;
  return `${what}${where}${who}${detail}`;
}
