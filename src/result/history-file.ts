/**
 * The history's file: its tables, and the dictionary by which rows refer to checks, reasons and plans.
 *
 * A closing is how a slot (or an asked-for run) ended: by a result or as missed, the first recorded wins. Its key
 * begins with the hour: what is new goes to the end of the tree and what is old leaves from its front, while the
 * runs of one check stand side by side within the hour.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { VedetteError } from '../base/errors.ts';

const layout = 1;
const busyMsMax = 5_000;

export const hourMs = 3_600_000;

/** `outcome` of a closing; the fifth is a missed slot. The numbers are in files: never renumber. */
export const outcomeCodes = { pass: 0, degraded: 1, fail: 2, broken: 3, missed: 4 } as const;

/** `cause` of a closing. The numbers are in files: never renumber. */
export const causeCodes = { scheduled: 0, confirmation: 1, manual: 2 } as const;

const tables = `
  CREATE TABLE checks (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, probe TEXT NOT NULL, variant TEXT NOT NULL,
    vantage TEXT NOT NULL);
  CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  -- at: ms within the hour; started: µs after the scheduled time; duration: µs; reason, plan: words
  CREATE TABLE closings (hour INTEGER, check_id INTEGER, at INTEGER, cause INTEGER, request TEXT, outcome INTEGER,
    reason INTEGER, started INTEGER, duration INTEGER, plan INTEGER, body INTEGER,
    PRIMARY KEY (hour, check_id, at, cause, request)) WITHOUT ROWID;
  CREATE TABLE bodies (id INTEGER PRIMARY KEY, packed BLOB NOT NULL);
  -- How often scheduled slots ended so; a window over thousands of checks is added up from these.
  CREATE TABLE tallies (hour INTEGER, check_id INTEGER, outcome INTEGER, reason INTEGER, n INTEGER NOT NULL,
    PRIMARY KEY (hour, check_id, outcome, reason)) WITHOUT ROWID;
  CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${layout};
`;

/**
 * Opens the file; makes it, and its folder, where there is none, unless it is only read.
 * @throws VedetteError `HISTORY_MISSING` or `HISTORY_LAYOUT`
 */
export function openHistoryFile(path: string, readOnly: boolean): DatabaseSync {
  if (readOnly && !existsSync(path)) {
    throw new VedetteError('HISTORY_MISSING', `there is no history at ${path}`, {
      mend: 'Start the recorder once, or point VEDETTE_DATA_DIR to the folder that it writes to.',
    });
  }
  if (!readOnly) mkdirSync(dirname(path), { recursive: true });
  const db = new DatabaseSync(path, { readOnly, timeout: busyMsMax });
  try {
    if (!readOnly) prepare(db);
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (version !== layout) {
      throw new VedetteError(
        'HISTORY_LAYOUT',
        `the history at ${path} has layout ${version}; this version reads ${layout}`,
        {
          mend: 'Run the version of Vedette that wrote it, or move the file away to begin a new one.',
        },
      );
    }
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function prepare(db: DatabaseSync): void {
  // Before the first table: pages that retention frees go back to the disk in small steps.
  db.exec('PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('PRAGMA journal_mode = WAL');
  // After a power failure the last transactions may be gone, the position with them; nothing is torn.
  db.exec('PRAGMA synchronous = NORMAL');
  db.exec('PRAGMA cache_size = -32768');
  // Small checkpoints: each blocks the loop while it writes.
  db.exec('PRAGMA wal_autocheckpoint = 500');
  db.exec(`PRAGMA journal_size_limit = ${64 * 1024 * 1024}`);
  db.exec('BEGIN IMMEDIATE');
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (version === 0) db.exec(tables);
  db.exec('COMMIT');
}

/** A check as the file knows it. */
export interface KnownCheck {
  readonly number: number;
  readonly text: string;
  readonly probe: string;
  readonly variant: string;
  readonly vantage: string;
}

/** Texts by number and numbers by text, remembered. */
export class Dictionary {
  readonly #checks = new Map<string, KnownCheck>();
  readonly #words = new Map<string, number>();
  readonly #texts = new Map<number, string>();
  readonly #findCheck: StatementSync;
  readonly #addCheck: StatementSync | undefined;
  readonly #findWord: StatementSync;
  readonly #findText: StatementSync;
  readonly #addWord: StatementSync | undefined;

  constructor(db: DatabaseSync, readOnly: boolean) {
    this.#findCheck = db.prepare('SELECT id, text, probe, variant, vantage FROM checks WHERE text = ?');
    this.#findWord = db.prepare('SELECT id FROM words WHERE text = ?');
    this.#findText = db.prepare('SELECT text FROM words WHERE id = ?');
    if (readOnly) return;
    this.#addCheck = db.prepare('INSERT INTO checks (text, probe, variant, vantage) VALUES (?, ?, ?, ?)');
    this.#addWord = db.prepare('INSERT INTO words (text) VALUES (?)');
  }

  /** The check with this id, if the file has ever seen it. */
  check(text: string): KnownCheck | undefined {
    const known = this.#checks.get(text);
    if (known !== undefined) return known;
    const row = this.#findCheck.get(text);
    if (row === undefined) return undefined;
    const { id, probe, variant, vantage } = row;
    const check = {
      number: Number(id),
      text,
      probe: String(probe),
      variant: String(variant),
      vantage: String(vantage),
    };
    this.#checks.set(text, check);
    return check;
  }

  /** The number of a check, which is added if need be. */
  numberOf(text: string, probe: string, variant: string, vantage: string): number {
    const known = this.#checks.get(text)?.number ?? this.check(text)?.number;
    if (known !== undefined) return known;
    const number = Number(this.#addCheck?.run(text, probe, variant, vantage).lastInsertRowid);
    this.#checks.set(text, { number, text, probe, variant, vantage });
    return number;
  }

  /** The number of a word, which is added if need be. */
  wordOf(text: string): number {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    const number = Number(this.#findWord.get(text)?.id ?? this.#addWord?.run(text).lastInsertRowid);
    this.#words.set(text, number);
    return number;
  }

  textOf(number: number): string {
    const known = this.#texts.get(number);
    if (known !== undefined) return known;
    const text = String(this.#findText.get(number)?.text ?? '');
    this.#texts.set(number, text);
    return text;
  }

  /** Numbers that were given within a transaction that failed are nobody's. */
  forget(): void {
    this.#checks.clear();
    this.#words.clear();
    this.#texts.clear();
  }
}
