/**
 * Runs slots at a vantage: each at its own time, each closed by exactly one result or one missed slot.
 */
import { randomBytes } from 'node:crypto';
import { asError } from '../base/errors.ts';
import type { Clock } from '../base/time.ts';
import type { Check, Plan } from '../probe/definition.ts';
import {
  type Cause,
  type Entry,
  type MissedReason,
  type Result,
  resultId,
  resultOf,
  type Task,
} from '../result/result.ts';
import type { DueSlot } from './follow.ts';
import { gate } from './gate.ts';
import { intervalOf } from './slots.ts';
import type { Standstill } from './standstill.ts';

/** Later than this an http run is missed: the past is not asked again in a burst. Milliseconds. */
export const httpLateMsMax = 2_000;
/** A journey may wait this long for a browser. Milliseconds. */
export const journeyLateMsMax = 15_000;
/** Journeys wanted at once (confirmations, manual runs) have a place of their own. */
export const asapJourneyPlaces = 1;

/** Runs a task and says what it saw; never rejects for what a target does. */
export type RunTask = (task: Task, plan: Plan) => Promise<Result>;

export interface Runner {
  /** Runs a slot whose time has come, or says why not. Settles when it is closed. */
  slot(slot: DueSlot): Promise<void>;
  /** Closes slots of a job that was started before: they may have been run, so they are not run again. */
  killed(slots: readonly DueSlot[]): void;
  /** Runs a check now. */
  asap(check: Check, plan: Plan, asked: { cause: Cause; request: string; at: number }): Promise<void>;
  /** Says of all that still runs that it was stopped; their own results come too late. */
  abandon(): number;
  /** Runs under way over what can be, 0 to 1. */
  saturation(): number;
}

export function createRunner(options: {
  run: RunTask;
  write: (entry: Entry) => void;
  clock: Clock;
  standstill: Standstill;
  httpInFlightMax: number;
  journeyPool: number;
}): Runner {
  const { clock, write } = options;
  const underWay = new Map<string, { task: Task; startedAt: number }>();
  const journeys = gate(options.journeyPool);
  const asapJourneys = gate(asapJourneyPlaces);
  let inFlight = 0;
  let stopping = false;

  function miss({ check, at, plan }: DueSlot, reason: MissedReason): void {
    write({ type: 'missed', missed: missedSlot(check, at, plan.version, reason) });
  }

  async function execute(task: Task, plan: Plan, key: string): Promise<void> {
    const startedAt = clock.now();
    underWay.set(key, { task, startedAt });
    inFlight++;
    try {
      const result = await options.run(task, plan);
      if (underWay.has(key)) write({ type: 'result', result: ours(result, options.standstill, clock) });
    } catch (error) {
      // A defect of an engine costs one run: the slot is closed as ours, and the round goes on.
      if (underWay.has(key)) write({ type: 'result', result: defect(task, startedAt, clock.now() - startedAt, error) });
    } finally {
      inFlight--;
      underWay.delete(key);
    }
  }

  async function journeySlot(slot: DueSlot, task: Task): Promise<void> {
    const lateBy = slot.at + lateMsMax(slot.check, slot.at) - clock.now();
    if (lateBy < 0) return miss(slot, 'late');
    if (underWay.has(slot.check.id)) return miss(slot, 'overlap');
    if (!(await journeys.enter(lateBy))) return miss(slot, 'overload');
    try {
      if (stopping) miss(slot, 'stopping');
      else await execute(task, slot.plan, slot.check.id);
    } finally {
      journeys.leave();
    }
  }

  return {
    async slot(slot) {
      const task: Task = { check: slot.check, cause: 'scheduled', scheduledAt: slot.at, plan: slot.plan.version };
      if (slot.check.probe.kind === 'journey') return journeySlot(slot, task);
      const lateBy = clock.now() - slot.at;
      if (lateBy > lateMsMax(slot.check, slot.at)) return miss(slot, 'late');
      if (underWay.has(slot.check.id)) return miss(slot, 'overlap');
      if (inFlight >= options.httpInFlightMax) return miss(slot, 'overload');
      await execute(task, slot.plan, slot.check.id);
    },
    killed(slots) {
      for (const { check, at, plan } of slots) {
        const task: Task = { check, cause: 'scheduled', scheduledAt: at, plan: plan.version };
        write({ type: 'result', result: stopped(task, at, 0, 'the vantage died while this run was under way or due') });
      }
    },
    async asap(check, plan, { cause, request, at }) {
      const task: Task = { check, cause, scheduledAt: at, request, plan: plan.version };
      const key = `${check.id} ${request}`;
      if (check.probe.kind !== 'journey') return execute(task, plan, key);
      if (!(await asapJourneys.enter(check.probe.timeoutMs * 2))) {
        const message = 'the vantage had no place for a journey wanted at once';
        write({ type: 'result', result: unrun(task, clock.now(), 'vantage', message) });
        return;
      }
      try {
        await execute(task, plan, key);
      } finally {
        asapJourneys.leave();
      }
    },
    abandon() {
      stopping = true;
      const left = [...underWay.values()];
      underWay.clear();
      for (const { task, startedAt } of left) {
        const ranMs = clock.now() - startedAt;
        write({
          type: 'result',
          result: stopped(task, startedAt, ranMs, 'the vantage was stopped before this run ended'),
        });
      }
      return left.length;
    },
    saturation: () => Math.min(1, Math.max(inFlight / options.httpInFlightMax, journeys.inside / options.journeyPool)),
  };
}

/** How late a run may start, milliseconds: never beyond its interval. */
export function lateMsMax(check: Check, at: number): number {
  return Math.min(intervalOf(check, at), check.probe.kind === 'journey' ? journeyLateMsMax : httpLateMsMax);
}

/** The closing of a slot that will have no result. */
export function missedSlot(check: Check, at: number, plan: string, reason: MissedReason) {
  return {
    v: 1,
    id: resultId(check.id, 'scheduled', at),
    probe: check.probe.id,
    system: check.probe.system,
    variant: check.variant.key,
    vantage: check.vantage,
    scheduledAt: at,
    reason,
    plan,
  } as const;
}

/** A run that was asked for and could not be made. */
function unrun(task: Task, at: number, reason: 'vantage', message: string): Result {
  const traceId = randomBytes(16).toString('hex');
  return resultOf(task, { startedAt: at, durationMs: 0, outcome: 'broken', reason, message, traceId });
}

function stopped(task: Task, startedAt: number, durationMs: number, message: string): Result {
  const traceId = randomBytes(16).toString('hex');
  return resultOf(task, { startedAt, durationMs, outcome: 'broken', reason: 'killed', message, traceId });
}

function defect(task: Task, startedAt: number, durationMs: number, thrown: unknown): Result {
  const traceId = randomBytes(16).toString('hex');
  const message = `the ${task.check.probe.kind} engine threw, a defect of Vedette: ${asError(thrown).message}`;
  return resultOf(task, { startedAt, durationMs, outcome: 'broken', reason: 'vantage', message, traceId });
}

/** A slow or timed-out run during which we ourselves stood still says nothing about the target. */
function ours(result: Result, standstill: Standstill, clock: Clock): Result {
  if (result.reason !== 'slow' && result.reason !== 'timeout') return result;
  const stillMs = standstill.during(result.startedAt, clock.now());
  if (stillMs === 0) return result;
  const message = `the vantage itself stood still for ${Math.round(stillMs)} ms during this run, which would have been ${result.outcome}/${result.reason}: ${result.message ?? ''}`;
  return { ...result, outcome: 'broken', reason: 'vantage', message: message.slice(0, 500) };
}
