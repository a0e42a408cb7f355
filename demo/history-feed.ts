/**
 * The results that Vedette's recorder has written down, read as they come.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type History, openHistory } from '../src/result/history.ts';
import type { Result } from '../src/result/result.ts';

/** Latest runs of one check that one reading looks at; more cannot have come in between two readings. */
const runsMax = 5;
/** How far back a reading looks, milliseconds: a run is recorded when it ends, not when it was due. */
const lookBackMs = 120_000;

/** Follows the history of one data folder. */
export interface HistoryFeed extends Disposable {
  /** Results that were not there at the last reading; none while the recorder has not begun. */
  read(): Result[];
}

/** Opens the history of `dataDir` as soon as it is there, and reads what comes of `checks` (ids). */
export function followHistory(dataDir: string, checks: readonly string[]): HistoryFeed {
  const path = join(dataDir, 'history.db');
  const startedAt = Date.now();
  const told = new Map<string, Set<string>>();
  let history: History | undefined;

  function newOf(opened: History, check: string): Result[] {
    const since = Math.max(startedAt - 1_000, Date.now() - lookBackMs);
    const closings = opened.lastRuns(check, { limit: runsMax, since }).filter(({ outcome }) => outcome !== 'missed');
    const before = told.get(check) ?? new Set<string>();
    told.set(check, new Set(closings.map(({ id }) => id)));
    return closings
      .filter(({ id }) => !before.has(id))
      .flatMap(({ id }) => {
        const entry = opened.run(id);
        return entry?.type === 'result' ? [entry.result] : [];
      });
  }

  return {
    read() {
      if (history === undefined && existsSync(path)) {
        try {
          history = openHistory(path, { readOnly: true });
        } catch {
          // The recorder is making the file just now; the next reading finds it whole.
          return [];
        }
      }
      const opened = history;
      return opened === undefined ? [] : checks.flatMap((check) => newOf(opened, check));
    },
    [Symbol.dispose]: () => history?.close(),
  };
}
