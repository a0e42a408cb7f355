/** Recording: entries into the history's tables, each batch one transaction. */
import type { DatabaseSync } from 'node:sqlite';
import { checkId } from '../probe/definition.ts';
import { packBody } from './body.ts';
import { causeCodes, type Dictionary, hourMs, outcomeCodes } from './history-file.ts';
import { type Entry, type Missed, type Result, resultId } from './result.ts';

type Closed =
  | { readonly type: 'result'; readonly result: Result }
  | { readonly type: 'missed'; readonly missed: Missed };

/** Counts of one hour, check, outcome and reason within a batch. */
type Tallies = Map<string, { readonly key: readonly number[]; n: number }>;

/** What tells an asked-for run from others of the same check, cause and time; `''` for a slot. */
function requestOf(result: Result): string {
  const check = checkId(result.probe, result.variant, result.vantage);
  return result.id.slice(resultId(check, result.cause, result.scheduledAt).length + 1);
}

/** A function that records a batch and some state, and yields what was new. */
export function createRecording(
  db: DatabaseSync,
  dictionary: Dictionary,
  setState: (name: string, value: string) => void,
) {
  const insert = createInsert(db, dictionary);
  const addTally = db.prepare(
    'INSERT INTO tallies (hour, check_id, outcome, reason, n) VALUES (?, ?, ?, ?, ?) ' +
      'ON CONFLICT (hour, check_id, outcome, reason) DO UPDATE SET n = n + excluded.n',
  );
  const lastBody = db.prepare('SELECT max(id) AS id FROM bodies');
  return (entries: readonly Entry[], state: Readonly<Record<string, string>>): Entry[] => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const tallies: Tallies = new Map();
      const bodies = { next: Number(lastBody.get()?.id ?? 0) + 1 };
      const news = entries.filter((entry) => entry.type === 'vantage' || insert(entry, bodies, tallies));
      for (const { key, n } of tallies.values()) addTally.run(...key, n);
      for (const [name, value] of Object.entries(state)) setState(name, value);
      db.exec('COMMIT');
      return news;
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (db.isTransaction) db.exec('ROLLBACK');
      dictionary.forget();
      throw error;
    }
  };
}

/** A function that inserts one closing; false when its id was closed before. */
function createInsert(db: DatabaseSync, dictionary: Dictionary) {
  const addClosing = db.prepare('INSERT OR IGNORE INTO closings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const addBody = db.prepare('INSERT INTO bodies (id, packed) VALUES (?, ?)');
  return (entry: Closed, bodies: { next: number }, tallies: Tallies): boolean => {
    const about = entry.type === 'result' ? entry.result : entry.missed;
    const result = entry.type === 'result' ? entry.result : undefined;
    const { probe, variant, vantage, scheduledAt } = about;
    const hour = Math.floor(scheduledAt / hourMs);
    const check = dictionary.numberOf(checkId(probe, variant, vantage), probe, variant, vantage);
    const cause = causeCodes[result?.cause ?? 'scheduled'];
    const outcome = outcomeCodes[result?.outcome ?? 'missed'];
    const reason = about.reason === undefined ? null : dictionary.wordOf(about.reason);
    const added = addClosing.run(
      hour,
      check,
      scheduledAt - hour * hourMs,
      cause,
      result === undefined ? '' : requestOf(result),
      outcome,
      reason,
      result === undefined ? null : Math.round((result.startedAt - scheduledAt) * 1_000),
      result === undefined ? null : Math.round(result.durationMs * 1_000),
      dictionary.wordOf(about.plan),
      result === undefined ? null : bodies.next,
    );
    if (added.changes === 0) return false;
    if (result !== undefined) addBody.run(bodies.next++, packBody(result));
    if (cause === causeCodes.scheduled) tally(tallies, [hour, check, outcome, reason ?? 0]);
    return true;
  };
}

function tally(tallies: Tallies, key: readonly number[]): void {
  const text = key.join();
  const known = tallies.get(text);
  if (known === undefined) tallies.set(text, { key, n: 1 });
  else known.n++;
}
