/** Counting: how scheduled slots ended within a window, from the hours' tallies and, at its ends, from the rows. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Dictionary, hourMs, outcomeCodes } from './history-file.ts';
import type { MissedReason, Outcome, Reason } from './result.ts';

/** At most one of `check`, `probe` and `vantage`; all checks without. */
export interface CountsQuery {
  readonly check?: string;
  readonly probe?: string;
  readonly vantage?: string;
  /** Epoch ms, included. */
  readonly from: number;
  /** Epoch ms, excluded. */
  readonly to: number;
}

/** How many scheduled slots ended how. */
export interface Counts {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Results that did not pass, by reason. */
  readonly reasons: Readonly<Partial<Record<Reason, number>>>;
  /** Slots without a result, by reason. */
  readonly missed: Readonly<Partial<Record<MissedReason, number>>>;
}

/** Up to so many checks are looked up one by one; for more, the hours are read whole. */
const singleChecksMax = 64;

/** A stretch of one hour, ms within it. */
interface Stretch {
  readonly hour: number;
  readonly from: number;
  readonly to: number;
}

export function createCounting(db: DatabaseSync, dictionary: Dictionary): (query: CountsQuery) => Counts {
  const group = 'GROUP BY outcome, reason';
  const tallied = 'SELECT outcome, reason, sum(n) AS n FROM tallies WHERE hour >= ? AND hour < ?';
  const rows = 'SELECT outcome, coalesce(reason, 0) AS reason, count(*) AS n FROM closings WHERE hour = ?';
  const scheduled = 'AND at >= ? AND at < ? AND cause = 0';
  const of = (column: string) => `AND check_id IN (SELECT id FROM checks WHERE ${column} = ?)`;
  const statements = {
    all: { hours: db.prepare(`${tallied} ${group}`), part: db.prepare(`${rows} ${scheduled} ${group}`) },
    probe: {
      hours: db.prepare(`${tallied} ${of('probe')} ${group}`),
      part: db.prepare(`${rows} ${scheduled} ${of('probe')} ${group}`),
    },
    vantage: {
      hours: db.prepare(`${tallied} ${of('vantage')} ${group}`),
      part: db.prepare(`${rows} ${scheduled} ${of('vantage')} ${group}`),
    },
  };
  const one = {
    hour: db.prepare('SELECT outcome, reason, n FROM tallies WHERE hour = ? AND check_id = ?'),
    part: db.prepare(`${rows} AND check_id = ? ${scheduled} ${group}`),
  };
  const edges = db.prepare('SELECT min(hour) AS first, max(hour) AS last FROM tallies');
  const checksOfProbe = db.prepare(`SELECT id FROM checks WHERE probe = ? LIMIT ${singleChecksMax + 1}`);

  const numbersOf = ({ check, probe }: CountsQuery): number[] | undefined => {
    if (check !== undefined) return [dictionary.check(check)?.number].filter((number) => number !== undefined);
    if (probe === undefined) return undefined;
    const numbers = checksOfProbe.all(probe).map(({ id }) => Number(id));
    return numbers.length > singleChecksMax ? undefined : numbers;
  };

  return (query) => {
    const sum = new Sum(dictionary);
    const { first, last } = edges.get() ?? {};
    if (first === null || first === undefined) return sum.counts();
    const from = Math.max(query.from, Number(first) * hourMs);
    const { whole, parts } = split(from, Math.min(query.to, (Number(last) + 1) * hourMs));
    const numbers = numbersOf(query);
    if (numbers !== undefined) {
      for (const number of numbers) {
        for (let hour = whole.from; hour < whole.to; hour++) sum.add(one.hour.all(hour, number));
        for (const part of parts) sum.add(one.part.all(part.hour, number, part.from, part.to));
      }
      return sum.counts();
    }
    const kind = query.probe !== undefined ? 'probe' : query.vantage !== undefined ? 'vantage' : 'all';
    const values = [query.probe ?? query.vantage ?? []].flat();
    const { hours, part: ofPart } = statements[kind];
    sum.add(hours.all(whole.from, whole.to, ...values));
    for (const part of parts) sum.add(ofPart.all(part.hour, part.from, part.to, ...values));
    return sum.counts();
  };
}

/** A window as whole hours and the stretches at its ends. */
function split(from: number, to: number): { readonly whole: { from: number; to: number }; readonly parts: Stretch[] } {
  const wholeFrom = Math.ceil(from / hourMs);
  const wholeTo = Math.floor(to / hourMs);
  const stretch = (start: number, end: number): Stretch[] => {
    const hour = Math.floor(start / hourMs);
    return start < end ? [{ hour, from: start - hour * hourMs, to: end - hour * hourMs }] : [];
  };
  if (wholeFrom > wholeTo) return { whole: { from: 0, to: 0 }, parts: stretch(from, to) };
  const parts = [...stretch(from, wholeFrom * hourMs), ...stretch(Math.max(from, wholeTo * hourMs), to)];
  return { whole: { from: wholeFrom, to: wholeTo }, parts };
}

class Sum {
  readonly #dictionary: Dictionary;
  readonly #outcomes: Record<Outcome, number> = { pass: 0, degraded: 0, fail: 0, broken: 0 };
  readonly #reasons: Partial<Record<Reason, number>> = {};
  readonly #missed: Partial<Record<MissedReason, number>> = {};
  readonly #names = Object.keys(outcomeCodes) as (Outcome | 'missed')[];

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  add(rows: ReturnType<StatementSync['all']>): void {
    for (const row of rows) {
      const outcome = this.#names[Number(row.outcome)];
      const n = Number(row.n);
      if (outcome === undefined) continue;
      if (outcome !== 'missed') this.#outcomes[outcome] += n;
      if (row.reason === 0) continue;
      const reason = this.#dictionary.textOf(Number(row.reason));
      if (outcome === 'missed') this.#missed[reason as MissedReason] = (this.#missed[reason as MissedReason] ?? 0) + n;
      else this.#reasons[reason as Reason] = (this.#reasons[reason as Reason] ?? 0) + n;
    }
  }

  counts(): Counts {
    return { outcomes: this.#outcomes, reasons: this.#reasons, missed: this.#missed };
  }
}
