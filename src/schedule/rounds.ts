/**
 * From a plan to BullMQ job schedulers: which jobs a vantage gets, when, and what each stands for.
 *
 * Http checks and heartbeats due in the same second form a round, in parts of about a hundred: Redis traffic grows
 * with slots, not with checks. A journey is a job of its own. A job carries nothing but its time: its scheduler's
 * id is the same wherever it is computed from the plan, so that the vantage finds there what the job means, and a
 * job left over from an older plan means nothing.
 */
import type { Check, Plan } from '../probe/definition.ts';
import type { QueueName } from './keys.ts';
import { checksAt, cronSpreadOf, hash48, leadMs, phaseOf, scheduleKey } from './slots.ts';

/** Checks in a part of a round, about: a part is split when it would hold more. */
const partChecksMax = 100;

/** One job scheduler, and what its jobs stand for. */
export interface Round {
  /** BullMQ's scheduler id; holds no colon. */
  readonly id: string;
  readonly queue: Extract<QueueName, 'rounds' | 'journeys'>;
  readonly repeat:
    | { readonly every: number; readonly offset: number }
    | { readonly pattern: string; readonly tz: string };
  /** Ascending by `afterMs`, the time from the job's own to the slot. */
  readonly members: readonly { readonly check: Check; readonly afterMs: number }[];
}

/** All rounds of a vantage, by id. */
export function roundsOf(plan: Plan, vantage: string): Map<string, Round> {
  const rounds = new Map<string, Round>();
  const seconds = new Map<string, Check[]>();
  for (const check of checksAt(plan, vantage)) {
    if (check.probe.kind === 'journey') {
      const round = journeyRound(check);
      rounds.set(round.id, round);
    } else {
      const key = secondKey(check);
      const together = seconds.get(key);
      if (together) together.push(check);
      else seconds.set(key, [check]);
    }
  }
  for (const [key, checks] of seconds) {
    for (const round of inParts(key, checks)) rounds.set(round.id, round);
  }
  return rounds;
}

function journeyRound(check: Check): Round {
  const { schedule } = check.probe;
  const members = [{ check, afterMs: 0 }];
  const name = hash48(check.id).toString(36);
  if ('everyMs' in schedule) {
    const offset = phaseOf(check, schedule.everyMs);
    return {
      id: `j.${name}.${schedule.everyMs}.${offset}`,
      queue: 'journeys',
      repeat: { every: schedule.everyMs, offset },
      members,
    };
  }
  return {
    id: `j.${name}.${hash48(scheduleKey(schedule)).toString(36)}`,
    queue: 'journeys',
    repeat: { pattern: schedule.cron, tz: schedule.timezone },
    members,
  };
}

/** Names the second in which a check's slots fall. */
function secondKey(check: Check): string {
  const { schedule } = check.probe;
  return 'everyMs' in schedule
    ? `r.${schedule.everyMs}.${Math.floor(phaseOf(check, schedule.everyMs) / 1_000)}`
    : `c.${hash48(scheduleKey(schedule)).toString(36)}`;
}

/** Splits by bits of the hash into a power of two of parts: one more check moves no other, until a part is full. */
function inParts(key: string, checks: readonly Check[]): Round[] {
  const parts = 2 ** Math.max(0, Math.ceil(Math.log2(checks.length / partChecksMax)));
  const split = new Map<number, Check[]>();
  for (const check of checks) {
    // The low bits made the phase; these are others.
    const part = Math.floor(hash48(`part ${check.id}`) / 7) % parts;
    const members = split.get(part);
    if (members) members.push(check);
    else split.set(part, [check]);
  }
  return [...split].map(([part, members]) => round(`${key}.${parts}.${part}`, members));
}

function round(id: string, checks: readonly Check[]): Round {
  const schedule = checks[0]?.probe.schedule;
  if (schedule === undefined) throw new Error(`round ${id} has no checks`);
  if ('everyMs' in schedule) {
    const second = Math.floor(phaseOf(checks[0] as Check, schedule.everyMs) / 1_000) * 1_000;
    // Never 0: the lead is no multiple of a second.
    const offset = (second - leadMs + schedule.everyMs) % schedule.everyMs;
    const members = checks.map((check) => ({ check, afterMs: leadMs + phaseOf(check, schedule.everyMs) - second }));
    return {
      id,
      queue: 'rounds',
      repeat: { every: schedule.everyMs, offset },
      members: members.sort((a, b) => a.afterMs - b.afterMs),
    };
  }
  const members = checks.map((check) => ({ check, afterMs: cronSpreadOf(check) }));
  return {
    id,
    queue: 'rounds',
    repeat: { pattern: schedule.cron, tz: schedule.timezone },
    members: members.sort((a, b) => a.afterMs - b.afterMs),
  };
}

/** The time a scheduler's job stands for: the last part of its id, `repeat:SCHEDULER:MILLIS`. */
export function jobTime(jobId: string): { round: string; at: number } | undefined {
  const match = /^repeat:([^:]+):(\d+)$/.exec(jobId);
  return match?.[1] === undefined ? undefined : { round: match[1], at: Number(match[2]) };
}
