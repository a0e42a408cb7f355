/**
 * Since when which plan is in force at a vantage. The active scheduler alone writes these records, always for a
 * time still to come; the vantage runs by them and the audit counts by them, so both mean the same slots.
 */
import type { Redis } from 'ioredis';
import { scheduleKeys } from './keys.ts';

/** From `from` (epoch ms) on, until the next record's, slots are those of plan `version`. */
export interface InForce {
  readonly version: string;
  readonly from: number;
}

/** How many records a vantage keeps: enough for the audit to look back over a day of busy deploying. */
const recordsMax = 200;

/** A vantage's records, oldest first. */
export async function forceRecords(redis: Redis, project: string, vantage: string): Promise<InForce[]> {
  const lines = await redis.lrange(scheduleKeys(project).force(vantage), 0, -1);
  return lines.map((line) => JSON.parse(line) as InForce);
}

/** Appends a record if the lease is still held under this epoch; `false` if it is not. */
export async function putInForce(
  redis: Redis,
  project: string,
  vantage: string,
  record: InForce,
  epoch: number,
): Promise<boolean> {
  const keys = scheduleKeys(project);
  const done = await redis.eval(
    `if redis.call('GET', KEYS[2]) ~= ARGV[2] then return 0 end
     redis.call('RPUSH', KEYS[1], ARGV[1])
     redis.call('LTRIM', KEYS[1], -tonumber(ARGV[3]), -1)
     return 1`,
    2,
    keys.force(vantage),
    keys.epoch,
    JSON.stringify(record),
    String(epoch),
    recordsMax,
  );
  if (done === 1) await redis.publish(keys.announce, 'force');
  return done === 1;
}

/** The stretches of `[fromMs, toMs)` and the record in force in each; time before the first record is in none. */
export function stretches(
  records: readonly InForce[],
  fromMs: number,
  toMs: number,
): { record: InForce; from: number; to: number }[] {
  return records.flatMap((record, i) => {
    const from = Math.max(fromMs, record.from);
    const to = Math.min(toMs, records[i + 1]?.from ?? Number.POSITIVE_INFINITY);
    return from < to ? [{ record, from, to }] : [];
  });
}

/** The records by which slots are or will be run: the one in force, and all that are still to come. */
export function stillToRun(records: readonly InForce[], now: number): readonly InForce[] {
  const current = records.findLastIndex((record) => record.from <= now);
  return records.slice(Math.max(0, current));
}

/** The record in force at a time. */
export function inForceAt(records: readonly InForce[], at: number): InForce | undefined {
  return records.findLast((record) => record.from <= at);
}
