/**
 * A vantage's view of the plans: which is published, which is in force here and since when, and what a job means.
 */
import type { Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { connectRedis } from '../base/redis.ts';
import type { Check, Plan } from '../probe/definition.ts';
import { forceRecords, type InForce, inForceAt, stillToRun, stretches } from './force.ts';
import { scheduleKeys } from './keys.ts';
import { fetchPlan, published } from './published.ts';
import { type Round, roundsOf } from './rounds.ts';
import { checksAt } from './slots.ts';

/** Between two looks when no announcement comes through. Milliseconds. */
const lookMs = 1_000;

/** A slot that a job stands for, with the plan by which it is run. */
export interface DueSlot {
  readonly check: Check;
  readonly at: number;
  readonly plan: Plan;
}

interface LoadedPlan {
  readonly plan: Plan;
  readonly rounds: ReadonlyMap<string, Round>;
  readonly checks: ReadonlyMap<string, Check>;
}

export interface PlanFollower extends AsyncDisposable {
  /** Version of the published plan, once its body is here. */
  readonly loaded: string | undefined;
  /** The plan in force at a time, epoch ms. */
  inForce(at: number): Plan | undefined;
  /** What a job of a round stands for: the slots of the plan that is in force at each slot's time; ascending. */
  slotsOf(round: string, jobAt: number): DueSlot[];
  /** A check of the plan in force now, by id. */
  check(id: string, now: number): { check: Check; plan: Plan } | undefined;
}

/**
 * Follows the plans of one vantage.
 * @param onChange called when the published plan was loaded, or another came in force
 */
export async function followPlans(options: {
  redisUrl: string;
  redis: Redis;
  project: string;
  vantage: string;
  log: Logger;
  onChange: () => void;
}): Promise<PlanFollower> {
  const { redis, project, vantage, log, onChange } = options;
  const plans = new Map<string, LoadedPlan>();
  let records: readonly InForce[] = [];
  let loaded: string | undefined;
  let stopping = false;
  let looking = Promise.resolve();
  let lookWaits = false;

  const subscriber = connectRedis(options.redisUrl, { name: `${vantage}-plans`, log });
  const lookSoon = () => {
    // While Redis is away looks must not pile up behind the one that waits.
    if (lookWaits) return;
    lookWaits = true;
    const next = () => {
      lookWaits = false;
      return look();
    };
    looking = looking.then(next).catch((error: unknown) => {
      log.warn({ err: asError(error).message }, 'the plan could not be looked at; the one known stays in force');
    });
  };
  subscriber.on('message', lookSoon);
  subscriber.subscribe(scheduleKeys(project).announce).catch((error: unknown) => {
    log.warn({ err: asError(error).message }, 'plan changes are not announced here; they are looked for every second');
  });

  async function load(version: string): Promise<void> {
    if (plans.has(version)) return;
    const plan = await fetchPlan(redis, project, version);
    if (plan === undefined) return;
    const checks = new Map(checksAt(plan, vantage).map((check) => [check.id, check]));
    plans.set(version, { plan, rounds: roundsOf(plan, vantage), checks });
  }

  async function look(): Promise<void> {
    if (stopping) return;
    const [now, current] = [await forceRecords(redis, project, vantage), await published(redis, project)];
    const changed = now.length !== records.length || now.at(-1)?.from !== records.at(-1)?.from;
    // The one before may still have jobs under way.
    const recent = now.slice(-(stillToRun(now, Date.now()).length + 1));
    for (const { version } of recent) await load(version);
    if (current !== undefined) await load(current.version);
    const newlyLoaded = current !== undefined && plans.has(current.version) && loaded !== current.version;
    if (newlyLoaded) loaded = current.version;
    records = now;
    const needed = new Set([...recent.map(({ version }) => version), loaded]);
    for (const version of plans.keys()) if (!needed.has(version)) plans.delete(version);
    if (changed || newlyLoaded) onChange();
  }

  await look();
  const timer = setInterval(lookSoon, lookMs);

  return {
    get loaded() {
      return loaded;
    },
    inForce: (at) => plans.get(inForceAt(records, at)?.version ?? '')?.plan,
    slotsOf: (round, jobAt) => dueSlots(records, plans, round, jobAt),
    check(id, now) {
      const held = plans.get(inForceAt(records, now)?.version ?? '');
      const check = held?.checks.get(id);
      return held === undefined || check === undefined ? undefined : { check, plan: held.plan };
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}

/** Slots never lie further than this after their job. Milliseconds. */
const afterMsMax = 2_000;

function dueSlots(
  records: readonly InForce[],
  plans: ReadonlyMap<string, LoadedPlan>,
  round: string,
  jobAt: number,
): DueSlot[] {
  return stretches(records, jobAt, jobAt + afterMsMax).flatMap(({ record, from, to }) => {
    const held = plans.get(record.version);
    const members = held?.rounds.get(round)?.members ?? [];
    return members
      .map(({ check, afterMs }) => ({ check, at: jobAt + afterMs }))
      .filter(({ at }) => at >= from && at < to)
      .map((slot) => ({ ...slot, plan: (held as LoadedPlan).plan }));
  });
}
