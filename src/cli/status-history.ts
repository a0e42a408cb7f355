/**
 * What the recorder's history on this machine says of the checks: how each last ended, and which are overdue.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, checksOf, type Plan } from '../probe/definition.ts';
import { type History, openHistory } from '../result/history.ts';
import type { Counts } from '../result/history-counts.ts';
import { OUTCOMES, type Outcome, type Reason } from '../result/result.ts';
import { addedAt } from '../result/stream.ts';
import { type InForce, inForceAt } from '../schedule/force.ts';
import { intervalOf, nextSlot } from '../schedule/slots.ts';

/** After its slot and its longest run, a result may take so long to be recorded; as the metrics have it. Milliseconds. */
const overdueGraceMs = 15_000;
/** The window in which outcomes are counted, and the least in which a last result is looked for. Milliseconds. */
const windowMs = 3_600_000;
/** A history that ends so much before the recorder's is another one. Milliseconds. */
const foreignMs = 60_000;
/** How often the look back for a cron's last slot is doubled: some months for the shortest interval. */
const doublingsMax = 16;

/** A check that is not well, or from which nothing came. */
export interface Unwell {
  readonly check: string;
  readonly state: Exclude<Outcome, 'pass'> | 'overdue';
  readonly reason?: Reason;
  /** When it last ran, epoch ms. */
  readonly at?: number;
}

/** What the history says. */
export interface HistoryStatus {
  /** Checks by how they last ended; `waiting`: no slot of theirs is over yet. */
  readonly now: Readonly<Record<Outcome | 'overdue' | 'waiting', number>>;
  readonly unwell: readonly Unwell[];
  /** Scheduled slots of the last hour. */
  readonly lastHour: Counts;
}

/**
 * Reads the history of a data folder.
 * @param recorded id of the last entry that the recorder told to have read, if any
 * @param records since when which plan is in force, by vantage
 * @returns a sentence where there is no history that could be believed
 */
export function historyStatus(options: {
  readonly dataDir: string;
  readonly plan: Plan;
  readonly records: ReadonlyMap<string, readonly InForce[]>;
  readonly recorded: string | undefined;
  readonly now: number;
}): HistoryStatus | string {
  const path = join(options.dataDir, 'history.db');
  if (!existsSync(path)) return `the recorder's history is not on this machine (${path})`;
  using history = openHistory(path, { readOnly: true });
  const position = history.position();
  if (position === undefined) return 'the recorder has recorded nothing yet';
  if (addedAt(position.id) < addedAt(options.recorded ?? position.id) - foreignMs) {
    return `the history on this machine (${path}) is not the one that the recorder writes now`;
  }
  const { now, records } = options;
  const counts: Record<Outcome | 'overdue' | 'waiting', number> = {
    pass: 0,
    degraded: 0,
    fail: 0,
    broken: 0,
    overdue: 0,
    waiting: 0,
  };
  const unwell: Unwell[] = [];
  for (const check of options.plan.probes.flatMap(checksOf)) {
    const seen = look(history, check, inForceAt(records.get(check.vantage) ?? [], now)?.from, now);
    counts[seen.state]++;
    if (seen.state !== 'pass' && seen.state !== 'waiting') unwell.push({ ...seen, check: check.id, state: seen.state });
  }
  return { now: counts, unwell, lastHour: history.counts({ from: now - windowMs, to: now }) };
}

function look(history: History, check: Check, inForceSince: number | undefined, now: number) {
  const due = lastDue(check, now - check.probe.timeoutMs - overdueGraceMs);
  const since = Math.min(due ?? now, now - windowMs);
  const [last] = history.lastRuns(check.id, { limit: 1, since, cause: 'scheduled', ran: true });
  const at = last === undefined ? {} : { at: last.scheduledAt };
  const expected = due !== undefined && inForceSince !== undefined && due >= inForceSince;
  if (expected && (last === undefined || last.scheduledAt < due)) return { state: 'overdue', ...at } as const;
  const outcome = OUTCOMES.find((name) => name === last?.outcome);
  if (last === undefined || outcome === undefined) return { state: 'waiting' } as const;
  return { state: outcome, ...at, ...(last.reason === undefined ? {} : { reason: last.reason as Reason }) } as const;
}

/** The check's last slot before a time, epoch ms; `undefined` where there was none for long. */
function lastDue(check: Check, before: number): number | undefined {
  let backMs = intervalOf(check, before);
  for (let i = 0; i < doublingsMax; i++, backMs *= 2) {
    let due: number | undefined;
    for (let slot = nextSlot(check, before - backMs); slot < before; slot = nextSlot(check, slot + 1)) due = slot;
    if (due !== undefined) return due;
  }
  return undefined;
}
