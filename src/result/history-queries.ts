/** Queries about single checks, slots and runs. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { type Body, unpackBody } from './body.ts';
import { causeCodes, type Dictionary, hourMs, type KnownCheck, outcomeCodes } from './history-file.ts';
import {
  type Cause,
  type Entry,
  type MissedReason,
  type Outcome,
  type Reason,
  type Result,
  resultId,
} from './result.ts';

/** One scheduled time of one check. */
export interface Slot {
  readonly check: string;
  /** Epoch ms. */
  readonly scheduledAt: number;
}

/** How a slot, or a run that was asked for, ended. */
export interface Closing {
  /** Asks {@link History.run} for the rest. */
  readonly id: string;
  readonly check: string;
  readonly cause: Cause;
  readonly scheduledAt: number;
  readonly outcome: Outcome | 'missed';
  readonly reason?: Reason | MissedReason;
  /** Absent when missed. Kept to the microsecond. */
  readonly startedAt?: number;
  readonly durationMs?: number;
  readonly plan: string;
}

export interface RunsQuery {
  /** Most closings; at most 10 000. */
  readonly limit: number;
  /** Only those scheduled before this, epoch ms. */
  readonly before?: number;
  /** Only those scheduled at or after this, epoch ms; without it the whole history is looked through. */
  readonly since?: number;
  /** Only of this cause; any by default. */
  readonly cause?: Cause;
  /** Only those that have a result. */
  readonly ran?: boolean;
}

const runsMax = 10_000;

type Row = Record<string, SQLOutputValue>;

const outcomes = Object.keys(outcomeCodes) as (keyof typeof outcomeCodes)[];
const causes = Object.keys(causeCodes) as Cause[];

export function createQueries(db: DatabaseSync, dictionary: Dictionary) {
  const inHour = db.prepare(
    'SELECT * FROM closings WHERE hour = ? AND check_id = ? AND at >= ? AND at < ? AND (? IS NULL OR cause = ?) AND outcome <= ? ' +
      'ORDER BY at DESC, cause DESC, request DESC LIMIT ?',
  );
  const firstHour = db.prepare('SELECT min(hour) AS hour FROM closings');
  const lastHour = db.prepare('SELECT max(hour) AS hour FROM closings');
  const one = db.prepare(
    'SELECT * FROM closings WHERE hour = ? AND check_id = ? AND at = ? AND cause = ? AND request = ?',
  );
  const body = db.prepare('SELECT packed FROM bodies WHERE id = ?');
  const isClosed = db.prepare(
    "SELECT 1 FROM closings WHERE hour = ? AND check_id = ? AND at = ? AND cause = 0 AND request = ''",
  );

  function lastRuns(text: string, query: RunsQuery): Closing[] {
    const check = dictionary.check(text);
    const last = lastHour.get()?.hour;
    if (check === undefined || last === null || last === undefined) return [];
    const limit = Math.min(query.limit, runsMax);
    const before = Math.min(query.before ?? Number.POSITIVE_INFINITY, (Number(last) + 1) * hourMs);
    const since = Math.max(query.since ?? 0, Number(firstHour.get()?.hour) * hourMs);
    const cause = query.cause === undefined ? null : causeCodes[query.cause];
    const outcomeMax = query.ran ? outcomeCodes.broken : outcomeCodes.missed;
    const found: Closing[] = [];
    for (let hour = Math.floor((before - 1) / hourMs); hour * hourMs + hourMs > since && found.length < limit; hour--) {
      const from = Math.max(0, since - hour * hourMs);
      const to = Math.min(hourMs, before - hour * hourMs);
      const rows = inHour.all(hour, check.number, from, to, cause, cause, outcomeMax, limit - found.length);
      found.push(...rows.map((row) => closingOf(row, check, dictionary)));
    }
    return found;
  }

  function run(id: string): Entry | undefined {
    // Greedy up to the last vantage: variants may hold any of these characters, vantages none.
    const [, text, cause, at, request = ''] =
      /^(.+@[^/@]+)\/(scheduled|confirmation|manual)\/(\d+)(?:\/(.*))?$/.exec(id) ?? [];
    const check = text === undefined ? undefined : dictionary.check(text);
    if (check === undefined) return undefined;
    const hour = Math.floor(Number(at) / hourMs);
    const row = one.get(hour, check.number, Number(at) - hour * hourMs, causeCodes[cause as Cause], request);
    if (row === undefined) return undefined;
    const packed = row.body === null ? undefined : body.get(Number(row.body))?.packed;
    return entryOf(
      closingOf(row, check, dictionary),
      check,
      packed instanceof Uint8Array ? unpackBody(packed) : undefined,
    );
  }

  function unclosed(slots: readonly Slot[]): Slot[] {
    return slots.filter(({ check, scheduledAt }) => {
      const known = dictionary.check(check);
      const hour = Math.floor(scheduledAt / hourMs);
      return known === undefined || isClosed.get(hour, known.number, scheduledAt - hour * hourMs) === undefined;
    });
  }

  function lastResult(text: string, since: number): Result | undefined {
    const [last] = lastRuns(text, { limit: 1, since, cause: 'scheduled', ran: true });
    const entry = last === undefined ? undefined : run(last.id);
    return entry?.type === 'result' ? entry.result : undefined;
  }

  return { lastRuns, lastResult, run, unclosed };
}

function closingOf(row: Row, check: KnownCheck, dictionary: Dictionary): Closing {
  const scheduledAt = Number(row.hour) * hourMs + Number(row.at);
  const cause = causes[Number(row.cause)] ?? 'scheduled';
  const request = String(row.request);
  const reason = row.reason === null ? undefined : (dictionary.textOf(Number(row.reason)) as Reason | MissedReason);
  return {
    id: resultId(check.text, cause, scheduledAt, request === '' ? undefined : request),
    check: check.text,
    cause,
    scheduledAt,
    outcome: outcomes[Number(row.outcome)] ?? 'missed',
    ...(reason === undefined ? {} : { reason }),
    ...(row.started === null ? {} : { startedAt: scheduledAt + Number(row.started) / 1_000 }),
    ...(row.duration === null ? {} : { durationMs: Number(row.duration) / 1_000 }),
    plan: dictionary.textOf(Number(row.plan)),
  };
}

function entryOf(closing: Closing, check: KnownCheck, body: Body | undefined): Entry {
  const { id, scheduledAt, cause, outcome, reason, startedAt = scheduledAt, durationMs = 0, plan } = closing;
  const { probe, variant, vantage } = check;
  if (outcome === 'missed' || body === undefined) {
    const system = probe.split('/', 1)[0] ?? '';
    const missed = {
      v: 1,
      id,
      probe,
      system,
      variant,
      vantage,
      scheduledAt,
      reason: (reason ?? 'lost') as MissedReason,
      plan,
    } as const;
    return { type: 'missed', missed };
  }
  const result: Result = {
    v: 1,
    id,
    probe,
    variant,
    vantage,
    scheduledAt,
    startedAt,
    durationMs,
    outcome,
    cause,
    plan,
    ...body,
    ...(reason === undefined ? {} : { reason: reason as Reason }),
  };
  return { type: 'result', result };
}
