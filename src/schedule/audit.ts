/**
 * The audit: walks over the slots that the plans in force say exist, and closes as missed each of which nothing
 * came. What is expected comes from the plans alone, never from what was recorded.
 *
 * Each stretch of time that a plan was in force at a vantage is walked once per class of patience: a check whose
 * runs may last long is looked at later. How far each walk came is kept with the recorder's own state.
 */
import type { Redis } from 'ioredis';
import type { Plan } from '../probe/definition.ts';
import type { Entry, VantageBeat } from '../result/result.ts';
import { forceRecords, type InForce } from './force.ts';
import { type Heard, hear, whyMissed } from './heard.ts';
import { scheduleKeys } from './keys.ts';
import { fetchPlan } from './published.ts';
import { lateMsMax, missedSlot } from './runner.ts';
import { checksAt, type Slot, type Timetable, timetable } from './slots.ts';

/** After its longest possible run a slot has this long for its result to arrive, also by way of a dead vantage's job. Milliseconds. */
const arrivalMs = 35_000;
/** The most time one walk covers at a look, so that a recorder that was away for long catches up in pieces. Milliseconds. */
const walkMsMax = 60_000;
/** Patience is rounded up to this, so that there are few classes. Milliseconds. */
const patienceStepMs = 10_000;
/** Slots asked of history at a time. */
const slotsAtOnceMax = 2_000;

/** How far the walks came, and what was heard: plain data, kept by the recorder. */
export interface AuditState {
  /** By `vantage version from patience`: up to when slots are audited, epoch ms. */
  cursors: Record<string, number>;
  heard: Record<string, Heard>;
}

export interface AuditOptions {
  readonly redis: Redis;
  readonly project: string;
  /** Which of these slots have no closing yet. */
  readonly unclosed: (
    slots: readonly { check: string; scheduledAt: number }[],
  ) => readonly { check: string; scheduledAt: number }[];
  /** Puts a missed slot on the stream. */
  readonly write: (entry: Entry) => void;
  /** Settles when all that was put there is in Redis: only then may the walk be remembered. */
  readonly flush: () => Promise<void>;
  /** Called with every number of slots that were found to exist. */
  readonly expected: (vantage: string, slots: number) => void;
  readonly load: () => AuditState | undefined;
  readonly save: (state: AuditState) => void;
}

export interface Audit {
  heard(beat: VantageBeat): void;
  /** Walks on as far as entries are recorded. */
  look(moment: { readonly recordedUpTo: number }): Promise<void>;
}

/** The slots of one plan at one vantage whose checks ask for the same patience. */
interface Walk {
  readonly patienceMs: number;
  readonly slots: Timetable;
}

export function createAudit(options: AuditOptions): Audit {
  const { redis, project } = options;
  const state: AuditState = options.load() ?? { cursors: {}, heard: {} };
  const walks = new Map<string, readonly Walk[]>();

  async function walksOf(vantage: string, version: string): Promise<readonly Walk[] | undefined> {
    const key = `${vantage} ${version}`;
    const known = walks.get(key);
    if (known !== undefined) return known;
    const plan = await fetchPlan(redis, project, version);
    // A sync may put it back; until then nothing is taken as walked.
    if (plan === undefined) return undefined;
    const made = walksIn(plan, vantage);
    walks.set(key, made);
    return made;
  }

  async function walk(vantage: string, record: InForce, until: number, upTo: number): Promise<void> {
    const done = `${vantage} ${record.version} ${record.from} done`;
    if (state.cursors[done] === until) return;
    const known = await walksOf(vantage, record.version);
    if (known === undefined) return;
    let ended = true;
    for (const { patienceMs, slots } of known) {
      const key = `${vantage} ${record.version} ${record.from} ${patienceMs}`;
      const from = state.cursors[key] ?? record.from;
      const to = Math.min(until, Math.max(from, Math.min(from + walkMsMax, upTo - patienceMs)));
      await close(vantage, record.version, slots.between(from, to));
      state.cursors[key] = to;
      if (to < until) ended = false;
    }
    if (ended) {
      state.cursors[done] = until;
      walks.delete(`${vantage} ${record.version}`);
    }
  }

  async function close(vantage: string, version: string, slots: readonly Slot[]): Promise<void> {
    if (slots.length === 0) return;
    options.expected(vantage, slots.length);
    for (let i = 0; i < slots.length; i += slotsAtOnceMax) {
      const part = slots.slice(i, i + slotsAtOnceMax);
      const byKey = new Map(part.map((slot) => [`${slot.check.id} ${slot.at}`, slot]));
      for (const { check, scheduledAt } of options.unclosed(
        part.map(({ check, at }) => ({ check: check.id, scheduledAt: at })),
      )) {
        const slot = byKey.get(`${check} ${scheduledAt}`);
        if (slot === undefined) continue;
        const reason = whyMissed(state.heard[vantage], slot.at);
        options.write({ type: 'missed', missed: missedSlot(slot.check, slot.at, version, reason) });
      }
      // Part by part: the writer's buffer is bounded.
      await options.flush();
    }
  }

  return {
    heard(beat) {
      state.heard[beat.vantage] = hear(state.heard[beat.vantage], beat);
    },
    async look({ recordedUpTo }) {
      for (const vantage of await redis.smembers(scheduleKeys(project).vantagesEver)) {
        const records = await forceRecords(redis, project, vantage);
        for (const [i, record] of records.entries()) {
          await walk(vantage, record, records[i + 1]?.from ?? Number.POSITIVE_INFINITY, recordedUpTo);
        }
        forgetWalked(state, vantage, records);
      }
      await options.flush();
      options.save(state);
    },
  };
}

/** Once a vantage's record is gone from Redis, so may be its cursors. */
function forgetWalked(state: AuditState, vantage: string, records: readonly InForce[]): void {
  const known = new Set(records.map(({ version, from }) => `${vantage} ${version} ${from}`));
  for (const key of Object.keys(state.cursors)) {
    if (!key.startsWith(`${vantage} `)) continue;
    if (!known.has(key.slice(0, key.lastIndexOf(' ')))) delete state.cursors[key];
  }
}

/** Groups a plan's checks at a vantage by patience, rounded up so that there are few groups. */
function walksIn(plan: Plan, vantage: string): Walk[] {
  const groups = Map.groupBy(checksAt(plan, vantage), (check) => {
    const wanted = check.probe.timeoutMs + lateMsMax(check, 0) + arrivalMs;
    return Math.ceil(wanted / patienceStepMs) * patienceStepMs;
  });
  return [...groups].map(([patienceMs, checks]) => ({ patienceMs, slots: timetable(checks) }));
}
