/**
 * The history: how every slot and every asked-for run ended, in one SQLite file, together with how far the
 * stream was read. One process writes it (the recorder); others open it to read.
 *
 * ```ts
 * using history = openHistory('var/history.db');
 * const news = history.record(batch.entries, batch.position);
 * history.lastRuns('shop/catalog[de]@fra', { limit: 20 });
 * ```
 */
import type { DatabaseSync } from 'node:sqlite';
import { type Counts, type CountsQuery, createCounting } from './history-counts.ts';
import { Dictionary, openHistoryFile } from './history-file.ts';
import { type Closing, createQueries, type RunsQuery, type Slot } from './history-queries.ts';
import { createRecording } from './history-record.ts';
import { type Pruned, prune, type Retention } from './history-retention.ts';
import type { Entry, Result } from './result.ts';
import type { Position } from './stream.ts';

export interface History extends Disposable {
  /**
   * Records a batch in one transaction with the position after it and, if given, other state by name. The first
   * recorded of an id wins, be it a result or a missed slot.
   * @returns the entries that were new, in order; a vantage's beat always is, and is not kept
   */
  record(entries: readonly Entry[], position: Position, state?: Readonly<Record<string, string>>): Entry[];
  /** How far the stream is recorded; `undefined` before the first batch. */
  position(): Position | undefined;
  /** State by name, as `record` or `setState` left it. */
  state(name: string): string | undefined;
  setState(name: string, value: string): void;
  /** How the latest slots and runs of a check ended, newest first. */
  lastRuns(check: string, query: RunsQuery): Closing[];
  /** The last scheduled result of a check, scheduled at or after `since` (epoch ms). */
  lastResult(check: string, since: number): Result | undefined;
  /** A result or missed slot whole, by its id. */
  run(id: string): Entry | undefined;
  /** Those of these slots (scheduled ones) that are not closed. */
  unclosed(slots: readonly Slot[]): Slot[];
  /** How scheduled slots ended within a window. */
  counts(query: CountsQuery): Counts;
  /** Removes what is too old, and the oldest while the file is too big; in steps that block for some 10 ms. */
  prune(retention: Retention): Promise<Pruned>;
  close(): void;
}

/**
 * Opens the history; the writer makes the file where there is none.
 * @throws VedetteError `HISTORY_MISSING` or `HISTORY_LAYOUT`
 */
export function openHistory(path: string, options: { readonly readOnly?: boolean } = {}): History {
  const readOnly = options.readOnly ?? false;
  const db = openHistoryFile(path, readOnly);
  const dictionary = new Dictionary(db, readOnly);
  const queries = createQueries(db, dictionary);
  const counting = createCounting(db, dictionary);
  const state = createState(db);
  const recording = readOnly ? undefined : createRecording(db, dictionary, state.set);
  const close = () => {
    if (db.isOpen) db.close();
  };
  return {
    record(entries, position, others = {}) {
      if (recording === undefined) throw new Error(`${path} was opened to be read only`);
      return recording(entries, { ...others, position: JSON.stringify(position) });
    },
    position: () => {
      const text = state.get('position');
      return text === undefined ? undefined : (JSON.parse(text) as Position);
    },
    state: state.get,
    setState: state.set,
    ...queries,
    counts: counting,
    prune: (retention) => prune(db, retention),
    close,
    [Symbol.dispose]: close,
  };
}

function createState(db: DatabaseSync) {
  const get = db.prepare('SELECT value FROM state WHERE name = ?');
  const set = db.prepare(
    'INSERT INTO state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  return {
    get(name: string): string | undefined {
      const row = get.get(name);
      return row === undefined ? undefined : String(row.value);
    },
    set(name: string, value: string): void {
      set.run(name, value);
    },
  };
}
