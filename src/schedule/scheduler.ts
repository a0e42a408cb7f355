/**
 * The scheduler: follows the published plan, keeps every vantage's job schedulers as the plan wants them, and says
 * from when a plan is in force where. One is active at a time, by a lease; a standby waits.
 *
 * A change goes: job schedulers of the new plan are put in beside the old ones, each vantage's processes load the
 * plan and say so, the plan is put in force there from a time shortly to come, and only when that has passed are the
 * old job schedulers taken out. So no slot of either plan is without a job.
 */
import type { Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { connectRedis, redisNow } from '../base/redis.ts';
import type { Plan } from '../probe/definition.ts';
import { forceRecords, putInForce, stillToRun } from './force.ts';
import { scheduleKeys } from './keys.ts';
import { lease, leaseMs } from './lease.ts';
import { alive, forgetGone, presences } from './presence.ts';
import { fetchPlan, type Published, published } from './published.ts';
import { type VantageQueues, vantageQueues } from './queues.ts';
import { repair } from './reconcile.ts';
import { roundsOf } from './rounds.ts';

/** Between two looks at the lease and the plan, when nothing wakes it. Milliseconds. */
const tickMs = 500;
/**
 * How far ahead a plan is put in force: a round's job is due up to 1.75 s before its last slot, and must find the plan
 * known to every process of the vantage. Milliseconds.
 */
const forceLeadMs = 2_500;
/** A vantage that nobody speaks for gets the plan in force without being ready: its slots are then missed, loudly. Milliseconds. */
const readyMsMax = 30_000;
/** Between two reconciliations of job schedulers when the plan does not change. Milliseconds. */
const reconcileMs = 30_000;

export interface Scheduler extends AsyncDisposable {
  /** True while it holds the lease. */
  readonly active: boolean;
  /** Why it is not well, if so. */
  trouble(): string | undefined;
}

/** What the active scheduler remembers of its work on the plan. */
interface Work {
  readonly epoch: number;
  readonly queues: Map<string, VantageQueues>;
  /** The published plan whose job schedulers are in, and when they were last looked at. */
  applied?: { readonly published: Published; readonly plan: Plan; lookedAt: number; settled: boolean; tidied: boolean };
}

/** Starts a scheduler; it becomes active when it gets the lease. */
export function startScheduler(options: { redisUrl: string; project: string; log: Logger }): Scheduler {
  const { project, log } = options;
  const redis = connectRedis(options.redisUrl, { name: 'scheduler', log });
  const subscriber = connectRedis(options.redisUrl, { name: 'scheduler-sub', log });
  const keys = scheduleKeys(project);
  const held = lease(redis, keys.lease, keys.epoch);
  let work: Work | undefined;
  let trouble: string | undefined;
  let stopping = false;
  let wake = () => {};

  subscriber.on('message', () => wake());
  subscriber
    .subscribe(keys.announce)
    .catch((error: unknown) => log.warn({ err: asError(error).message }, 'no subscription'));

  async function turn(): Promise<void> {
    const epoch = await held.hold();
    if (epoch === undefined) {
      if (work !== undefined) log.warn('the lease was lost: another scheduler is active now');
      await closeWork();
      return;
    }
    if (work?.epoch !== epoch) {
      await closeWork();
      log.info({ epoch }, 'this scheduler is active');
      work = { epoch, queues: new Map() };
    }
    // A big plan takes longer to put in than a lease lasts.
    const renewing = setInterval(() => void held.hold().catch(() => {}), leaseMs / 3);
    try {
      await followPlan(redis, project, work, log);
    } finally {
      clearInterval(renewing);
    }
  }

  async function closeWork(): Promise<void> {
    const queues = work?.queues.values() ?? [];
    work = undefined;
    for (const queue of queues) await queue[Symbol.asyncDispose]();
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      try {
        await turn();
        trouble = undefined;
      } catch (error) {
        trouble = asError(error).message;
        log.error({ err: asError(error) }, 'the scheduler could not do its turn; it tries again');
      }
      if (stopping) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, tickMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const running = loop();

  return {
    get active() {
      return work !== undefined;
    },
    trouble: () => trouble,
    async [Symbol.asyncDispose]() {
      stopping = true;
      wake();
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
      if (redis.status === 'ready') {
        await closeWork();
        await held[Symbol.asyncDispose]();
      }
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

async function followPlan(redis: Redis, project: string, work: Work, log: Logger): Promise<void> {
  const now = await redisNow(redis);
  const wanted = await published(redis, project);
  if (wanted === undefined) return;
  if (work.applied?.published.version !== wanted.version || work.applied.published.at !== wanted.at) {
    const plan = await fetchPlan(redis, project, wanted.version);
    if (plan === undefined)
      throw new Error(`plan ${wanted.version} is published, but Redis does not hold it; run vedette sync`);
    work.applied = { published: wanted, plan, lookedAt: 0, settled: false, tidied: false };
  }
  const { applied } = work;
  if (applied.lookedAt === 0 || now - applied.lookedAt > reconcileMs) {
    await applyPlan(redis, project, work, applied, now, log);
    applied.lookedAt = now;
    // Looked at again as well: a Redis that lost its last second may have lost the record.
    applied.settled = false;
  }
  if (!applied.settled) applied.settled = await settle(redis, project, work, applied, log);
}

/** Brings the job schedulers of every vantage in line; takes out what no plan in force needs. */
async function applyPlan(
  redis: Redis,
  project: string,
  work: Work,
  applied: NonNullable<Work['applied']>,
  now: number,
  log: Logger,
): Promise<void> {
  const here = alive(await presences(redis, project), now);
  for (const vantage of await vantagesEver(redis, project, applied.plan)) {
    const queues = queuesOf(redis, project, work, vantage);
    const wanted = roundsOf(applied.plan, vantage);
    const kept = await stillNeeded(redis, project, vantage, applied.plan, now);
    const listening = here.some(({ beat }) => beat.vantage === vantage);
    const { upsert, remove } = repair(wanted, kept, await queues.present(), now, listening);
    await queues.upsert(upsert);
    await queues.remove(remove);
    if (upsert.length + remove.length > 0) {
      log.info(
        { vantage, plan: applied.plan.version, put: upsert.length, taken: remove.length },
        'job schedulers follow the plan',
      );
    }
  }
  const named = vantagesOf(applied.plan);
  if (named.length > 0) await redis.sadd(scheduleKeys(project).vantagesEver, ...named);
  await forgetGone(redis, project, now);
}

/** Rounds of other plans that are in force at the vantage now, or will be before this one is. */
async function stillNeeded(
  redis: Redis,
  project: string,
  vantage: string,
  plan: Plan,
  now: number,
): Promise<Set<string>> {
  const needed = new Set<string>();
  for (const { version } of stillToRun(await forceRecords(redis, project, vantage), now)) {
    const old = version === plan.version ? undefined : await fetchPlan(redis, project, version);
    for (const id of old === undefined ? [] : roundsOf(old, vantage).keys()) needed.add(id);
  }
  return needed;
}

/** Puts the plan in force wherever it is ready; true when it is in force everywhere and nothing is left to tidy. */
async function settle(
  redis: Redis,
  project: string,
  work: Work,
  applied: NonNullable<Work['applied']>,
  log: Logger,
): Promise<boolean> {
  const { version, at } = applied.published;
  // Not the turn's time: thousands of job schedulers may have been put in since.
  const now = await redisNow(redis);
  const here = alive(await presences(redis, project), now);
  let settled = true;
  for (const vantage of await vantagesEver(redis, project, applied.plan)) {
    const last = (await forceRecords(redis, project, vantage)).at(-1);
    if (last?.version === version) {
      if (last.from > now) settled = false;
      continue;
    }
    settled = false;
    applied.tidied = false;
    const processes = here.filter(({ beat }) => beat.vantage === vantage);
    const ready = processes.length > 0 && processes.every(({ loaded }) => loaded === version);
    if (!ready && now - at < readyMsMax) continue;
    const from = now + forceLeadMs;
    await putInForce(redis, project, vantage, { version, from }, work.epoch);
    log.info({ vantage, plan: version, from, ready }, 'plan put in force');
  }
  // Whatever only the plan before needed goes at the next look.
  if (settled && !applied.tidied) {
    applied.lookedAt = 1;
    applied.tidied = true;
  }
  return settled;
}

function vantagesOf(plan: Plan): string[] {
  return [...new Set(plan.probes.flatMap((probe) => probe.from))];
}

/** Vantages of this plan and of all before it: one that lost its last check must lose its job schedulers too. */
async function vantagesEver(redis: Redis, project: string, plan: Plan): Promise<string[]> {
  const ever = await redis.smembers(scheduleKeys(project).vantagesEver);
  return [...new Set([...ever, ...vantagesOf(plan)])];
}

function queuesOf(redis: Redis, project: string, work: Work, vantage: string): VantageQueues {
  const open = work.queues.get(vantage) ?? vantageQueues(redis, project, vantage);
  work.queues.set(vantage, open);
  return open;
}
