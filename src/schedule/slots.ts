/**
 * Which slots exist: arithmetic over a plan, and over nothing else.
 *
 * A check that runs every E milliseconds has its slots at k·E + phase, where phase is a hash of its id: spread
 * over the interval to the millisecond, the same on every machine, and untouched by any other check. A check by
 * cron has them at its cron's times, plus a spread within a second for all kinds but journeys.
 */
import { hash } from 'node:crypto';
import { CronExpressionParser } from 'cron-parser';
import { type Check, checksFrom, type Plan, type Schedule } from '../probe/definition.ts';

/** How long before its first slot a round's job is due, so that it is at the vantage in time. Milliseconds. */
export const leadMs = 750;

/** One scheduled time of one check. */
export interface Slot {
  readonly check: Check;
  /** Epoch ms. */
  readonly at: number;
}

/** 48 bits of a hash of the text: 0 ≤ n < 2^48. */
export function hash48(text: string): number {
  return Number.parseInt(hash('sha1', text, 'hex').slice(0, 12), 16);
}

/** Where in its interval a check has its slots, milliseconds; never 0 for journeys (an offset of 0 fires at once in BullMQ). */
export function phaseOf(check: Check, everyMs: number): number {
  const { kind } = check.probe;
  return kind === 'journey' ? 1 + (hash48(check.id) % (everyMs - 1)) : hash48(check.id) % everyMs;
}

/** How long after a cron time a check's slot is, milliseconds. */
export function cronSpreadOf(check: Check): number {
  return check.probe.kind === 'journey' ? 0 : leadMs + (hash48(check.id) % 1_000);
}

/** The first cron time after `afterMs`, epoch ms. */
function cronAfter(schedule: { cron: string; timezone: string }, afterMs: number): number {
  return CronExpressionParser.parse(schedule.cron, { tz: schedule.timezone, currentDate: new Date(afterMs) })
    .next()
    .getTime();
}

/** The check's first slot at or after `fromMs`, epoch ms. */
export function nextSlot(check: Check, fromMs: number): number {
  const { schedule } = check.probe;
  if ('everyMs' in schedule) {
    const phase = phaseOf(check, schedule.everyMs);
    return Math.ceil((fromMs - phase) / schedule.everyMs) * schedule.everyMs + phase;
  }
  const spread = cronSpreadOf(check);
  return cronAfter(schedule, fromMs - spread - 1) + spread;
}

/** The longest a check may go between two slots, milliseconds; for cron, the distance of the next two slots. */
export function intervalOf(check: Check, atMs: number): number {
  const { schedule } = check.probe;
  if ('everyMs' in schedule) return schedule.everyMs;
  const first = nextSlot(check, atMs);
  return nextSlot(check, first + 1) - first;
}

interface EveryGroup {
  readonly everyMs: number;
  /** Ascending by phase. */
  readonly members: readonly { phase: number; check: Check }[];
}

interface CronGroup {
  readonly schedule: { cron: string; timezone: string };
  readonly members: readonly { spread: number; check: Check }[];
  readonly spreadMsMax: number;
}

/** The slots of a set of checks, ready to be asked for any stretch of time. */
export interface Timetable {
  /** All slots with `fromMs` ≤ at < `toMs`, by no particular order. */
  between(fromMs: number, toMs: number): Slot[];
}

/** Makes the timetable of some checks; asking it costs a binary search per distinct interval. */
export function timetable(checks: readonly Check[]): Timetable {
  const { every, cron } = grouped(checks);
  return {
    between(fromMs, toMs) {
      if (toMs <= fromMs) return [];
      const slots: Slot[] = [];
      for (const group of every) everySlots(group, fromMs, toMs, slots);
      for (const group of cron) cronSlots(group, fromMs, toMs, slots);
      return slots;
    },
  };
}

/** All checks of a plan at one vantage. */
export function checksAt(plan: Plan, vantage: string): Check[] {
  return plan.probes.filter((probe) => probe.from.includes(vantage)).flatMap((probe) => checksFrom(probe, vantage));
}

interface CronMembers {
  readonly schedule: { cron: string; timezone: string };
  readonly members: { spread: number; check: Check }[];
}

function grouped(checks: readonly Check[]): { every: EveryGroup[]; cron: CronGroup[] } {
  const every = new Map<number, { phase: number; check: Check }[]>();
  const cron = new Map<string, CronMembers>();
  for (const check of checks) {
    const { schedule } = check.probe;
    if ('everyMs' in schedule) {
      const members = every.get(schedule.everyMs) ?? [];
      members.push({ phase: phaseOf(check, schedule.everyMs), check });
      every.set(schedule.everyMs, members);
    } else {
      const key = scheduleKey(schedule);
      const group: CronMembers = cron.get(key) ?? { schedule, members: [] };
      group.members.push({ spread: cronSpreadOf(check), check });
      cron.set(key, group);
    }
  }
  return {
    every: [...every].map(([everyMs, members]) => ({ everyMs, members: members.sort((a, b) => a.phase - b.phase) })),
    cron: [...cron.values()].map((group) => ({
      ...group,
      spreadMsMax: Math.max(...group.members.map((member) => member.spread)),
    })),
  };
}

/** A text that names a schedule. */
export function scheduleKey(schedule: Schedule): string {
  return 'everyMs' in schedule ? `every ${schedule.everyMs}` : `${schedule.cron} ${schedule.timezone}`;
}

function everySlots({ everyMs, members }: EveryGroup, fromMs: number, toMs: number, into: Slot[]): void {
  for (let start = Math.floor(fromMs / everyMs) * everyMs; start < toMs; start += everyMs) {
    for (let i = firstAtLeast(members, fromMs - start); i < members.length; i++) {
      const member = members[i];
      if (member === undefined || start + member.phase >= toMs) break;
      into.push({ check: member.check, at: start + member.phase });
    }
  }
}

function firstAtLeast(members: readonly { phase: number }[], phase: number): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((members[middle]?.phase ?? 0) < phase) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cronSlots(group: CronGroup, fromMs: number, toMs: number, into: Slot[]): void {
  for (
    let time = cronAfter(group.schedule, fromMs - group.spreadMsMax - 1);
    time < toMs;
    time = cronAfter(group.schedule, time)
  ) {
    for (const { spread, check } of group.members) {
      const at = time + spread;
      if (at >= fromMs && at < toMs) into.push({ check, at });
    }
  }
}
