/** Retention: what is too old goes, and the oldest while the file is too big, in steps too small to be felt. */
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hourMs } from './history-file.ts';

export interface Retention {
  /** Runs scheduled before this go, by whole hours; epoch ms. */
  readonly before: number;
  /** The oldest runs go while the file holds more than this; their hours stay counted until they are too old. */
  readonly bytesMax: number;
}

export interface Pruned {
  readonly runs: number;
  /** Bytes that the file holds afterwards, without pages that are free. */
  readonly bytes: number;
  /** The longest time for which a step blocked, milliseconds. */
  readonly longestMs: number;
}

const stepMsWanted = 8;
// A run's body lies far from its neighbours': each row is a page to write at the next checkpoint.
const stepRowsMax = 400;
const stepPagesMax = 64;

export async function prune(db: DatabaseSync, retention: Retention): Promise<Pruned> {
  const stepper = new Stepper(db);
  const beforeHour = Math.floor(retention.before / hourMs);
  const removeRuns = createRunsStep(db);
  const removeTallies = createTalliesStep(db);
  let runs = 0;
  for (;;) {
    const size = sizeOf(db);
    // Too big: whatever is oldest may go, however young.
    const limit = size.usedBytes > retention.bytesMax ? Number.MAX_SAFE_INTEGER : beforeHour;
    const removed = await stepper.step((rows) => removeRuns(limit, rows));
    if (removed === undefined) break;
    runs += removed;
    if (removed === 0) break;
  }
  while (((await stepper.step((rows) => removeTallies(beforeHour, rows))) ?? 0) > 0);
  // Pages that are free are used again; they go back to the disk only when the file itself is too big.
  for (let pages = freePages(db, retention); pages > 0; pages = freePages(db, retention)) {
    if (!(await stepper.step(() => vacuum(db, Math.min(pages, stepPagesMax))))) break;
  }
  return { runs, bytes: db.isOpen ? sizeOf(db).usedBytes : 0, longestMs: stepper.longestMs };
}

/** Runs steps with the loop free in between; their size follows the time they take. */
class Stepper {
  readonly #db: DatabaseSync;
  #rows = 100;
  longestMs = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** `undefined` when the history was closed meanwhile. */
  async step(work: (rows: number) => number): Promise<number | undefined> {
    await nextTurn();
    if (!this.#db.isOpen) return undefined;
    const began = performance.now();
    const done = work(this.#rows);
    const tookMs = performance.now() - began;
    this.longestMs = Math.max(this.longestMs, tookMs);
    if (tookMs > stepMsWanted) this.#rows = Math.max(10, Math.floor(this.#rows / 2));
    else if (tookMs < stepMsWanted / 2) this.#rows = Math.min(stepRowsMax, this.#rows * 2);
    return done;
  }
}

function createRunsStep(db: DatabaseSync): (beforeHour: number, rows: number) => number {
  const oldest = db.prepare(
    'SELECT hour, check_id, at, cause, request, body FROM closings WHERE hour < ? ' +
      'ORDER BY hour, check_id, at, cause, request LIMIT ?',
  );
  const removeBody = db.prepare('DELETE FROM bodies WHERE id = ?');
  const remove = db.prepare('DELETE FROM closings WHERE (hour, check_id, at, cause, request) <= (?, ?, ?, ?, ?)');
  return (beforeHour, rows) => {
    const found = oldest.all(beforeHour, rows);
    const last = found.at(-1);
    if (last === undefined) return 0;
    transact(db, () => {
      for (const { body } of found) if (body !== null && body !== undefined) removeBody.run(body);
      const { hour = 0, check_id = 0, at = 0, cause = 0, request = '' } = last;
      remove.run(hour, check_id, at, cause, request);
    });
    return found.length;
  };
}

function createTalliesStep(db: DatabaseSync): (beforeHour: number, rows: number) => number {
  const oldest = db.prepare(
    'SELECT hour, check_id, outcome, reason FROM tallies WHERE hour < ? ' +
      'ORDER BY hour, check_id, outcome, reason LIMIT 1 OFFSET ?',
  );
  const remove = db.prepare('DELETE FROM tallies WHERE (hour, check_id, outcome, reason) < (?, ?, ?, ?)');
  const removeRest = db.prepare('DELETE FROM tallies WHERE hour < ?');
  return (beforeHour, rows) => {
    const next = oldest.get(beforeHour, rows);
    if (next === undefined) {
      removeRest.run(beforeHour);
      return 0;
    }
    const { hour = 0, check_id = 0, outcome = 0, reason = 0 } = next;
    return Number(remove.run(hour, check_id, outcome, reason).changes);
  };
}

function transact(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function sizeOf(db: DatabaseSync): { readonly usedBytes: number; readonly fileBytes: number; readonly free: number } {
  const page = pragma(db, 'page_size');
  const pages = pragma(db, 'page_count');
  const free = pragma(db, 'freelist_count');
  return { usedBytes: (pages - free) * page, fileBytes: pages * page, free };
}

/** Pages that have to leave the file. */
function freePages(db: DatabaseSync, retention: Retention): number {
  if (!db.isOpen) return 0;
  const { fileBytes, free } = sizeOf(db);
  return Math.min(free, Math.ceil((fileBytes - retention.bytesMax) / pragma(db, 'page_size')));
}

/** Yields how many pages left; none in a file that was made without room for it. */
function vacuum(db: DatabaseSync, pages: number): number {
  const before = pragma(db, 'freelist_count');
  db.exec(`PRAGMA incremental_vacuum(${pages})`);
  return before - pragma(db, 'freelist_count');
}
