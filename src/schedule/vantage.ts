/**
 * A vantage: takes the jobs of its queues, runs what they stand for by the plan in force, and hands what it saw to
 * the results stream. It knows no engine; whoever starts it passes them in.
 */
import { randomUUID } from 'node:crypto';
import { type Job, Queue, Worker } from 'bullmq';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { connectRedis } from '../base/redis.ts';
import { systemClock } from '../base/time.ts';
import type { Entry } from '../result/result.ts';
import { type Asked, askedOf } from './asap.ts';
import { type Beats, startBeats } from './beats.ts';
import { type DueSlot, followPlans, type PlanFollower } from './follow.ts';
import { QUEUES, type QueueName, queuePrefix } from './keys.ts';
import { withdrawPresence } from './presence.ts';
import { jobTime } from './rounds.ts';
import { createRunner, type Runner, type RunTask } from './runner.ts';
import { watchStandstill } from './standstill.ts';

/** One BullMQ worker fetches one job at a time; several keep the pace when Redis is far away. */
const roundWorkers = 4;
/** Jobs that one BullMQ worker may have under way: a job lasts as long as its slowest check. */
const jobsUnderWayMax = 500;
/** Of wanted-at-once jobs, at a time. */
const asapUnderWayMax = 50;
/** A run wanted at once is of no use later than this. Milliseconds. */
const askedMsMax = 120_000;
/** How long a job's lock outlives a dead vantage, and how often dead ones are looked for. Milliseconds. */
const lockMs = 15_000;
const stalledEveryMs = 10_000;
/** What runs when the vantage is told to stop may end within this. Milliseconds. */
const stopMsMax = 20_000;
/** Without a heartbeat taken for so long, the vantage is not well. Milliseconds. */
const unwellMs = 15_000;

/** Where results go; the stream writer is one. */
export interface EntrySink {
  write(entry: Entry): void;
  readonly dropped: number;
}

export interface RunningVantage extends AsyncDisposable {
  /** Why it is not well, if so. */
  trouble(): string | undefined;
  /** The plan in force here changed or was loaded; called with its version. */
  readonly plan: string | undefined;
}

export interface VantageOptions {
  readonly redisUrl: string;
  readonly project: string;
  readonly vantage: string;
  readonly run: RunTask;
  readonly sink: EntrySink;
  readonly httpInFlightMax: number;
  readonly journeyPool: number;
  readonly log: Logger;
  /** Called when a plan comes in force here. */
  readonly onPlan?: (plan: ReturnType<PlanFollower['inForce']>) => void;
}

/** Starts a vantage's process. Disposing lets running work end within 20 s and loses nothing. */
export async function startVantage(options: VantageOptions): Promise<RunningVantage> {
  const { redisUrl, project, vantage, log, sink } = options;
  const redis = connectRedis(redisUrl, { name: vantage, log });
  const standstill = watchStandstill();
  const runner = createRunner({ ...options, clock: systemClock, standstill, write: (entry) => sink.write(entry) });
  let beats: Beats | undefined;
  let stopping = false;
  let lastPlan: string | undefined;
  const follower = await followPlans({ redisUrl, redis, project, vantage, log, onChange: () => beats?.soon() });
  const instance = randomUUID().slice(0, 8);
  const queues = QUEUES.map((name) => new Queue(name, { connection: redis, prefix: queuePrefix(project, vantage) }));

  beats = await startBeats({
    redis,
    project,
    vantage,
    instance,
    log,
    write: (beat) => sink.write({ type: 'vantage', beat }),
    state: async () => {
      const plan = follower.inForce(Date.now());
      if (plan?.version !== lastPlan) {
        lastPlan = plan?.version;
        log.info({ plan: lastPlan }, 'this plan is in force here');
        options.onPlan?.(plan);
      }
      return {
        saturation: runner.saturation(),
        queues: await waitingJobs(queues),
        droppedResults: sink.dropped,
        plan: plan?.version,
        loaded: follower.loaded,
        stopping,
      };
    },
  });
  const workers = takeJobs(options, runner, follower);

  return {
    get plan() {
      return lastPlan;
    },
    trouble: () =>
      Date.now() - (beats?.lastTaken ?? 0) > unwellMs
        ? 'redis has taken no heartbeat of this vantage for 15 s'
        : undefined,
    async [Symbol.asyncDispose]() {
      stopping = true;
      beats?.soon();
      await endJobs(workers, runner, log);
      await beats?.[Symbol.asyncDispose]();
      await follower[Symbol.asyncDispose]();
      await withBound(withdrawPresence(redis, project, vantage, instance), 1_000);
      await withBound(Promise.all(queues.map((queue) => queue.close())), 1_000);
      standstill[Symbol.dispose]();
      redis.disconnect();
    },
  };
}

function takeJobs(options: VantageOptions, runner: Runner, follower: PlanFollower): Worker[] {
  const { redisUrl, project, vantage, log } = options;
  const worker = (
    name: QueueName,
    concurrency: number,
    looksForStalled: boolean,
    work: (job: Job) => Promise<void>,
  ) => {
    const connection = connectRedis(redisUrl, { name: `${vantage}-${name}`, log });
    const taken = new Worker(name, work, {
      connection,
      prefix: queuePrefix(project, vantage),
      concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledEveryMs,
      skipStalledCheck: !looksForStalled,
      // A job started twice only says so; it may do that as often as it must.
      maxStalledCount: 1_000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    // BullMQ leaves open what it did not open itself.
    taken.on('closed', () => connection.disconnect());
    taken.on('error', (error) => log.debug({ err: error.message, queue: name }, 'a queue connection'));
    taken.on('failed', (job, error) =>
      log.error({ err: error.message, job: job?.id }, 'a job failed: this is a defect of ours'),
    );
    return taken;
  };
  const due = (job: Job) => runDue(job, runner, follower, log);
  return [
    ...Array.from({ length: roundWorkers }, (_, i) => worker('rounds', jobsUnderWayMax, i === 0, due)),
    worker('journeys', jobsUnderWayMax, true, due),
    worker('asap', asapUnderWayMax, true, (job) => runAsap(job, runner, follower, log)),
  ];
}

async function runDue(job: Job, runner: Runner, follower: PlanFollower, log: Logger): Promise<void> {
  const time = jobTime(job.id ?? '');
  if (time === undefined) return;
  const slots = follower.slotsOf(time.round, time.at);
  if (job.attemptsStarted > 1) {
    log.warn(
      { round: time.round, slots: slots.length },
      'a job was started before by a process that died; its slots are not run again',
    );
    runner.killed(slots);
    return;
  }
  await Promise.all(await startEach(slots, runner));
}

/** Starts each slot at its own millisecond, with one timer under way for the whole round. */
async function startEach(slots: readonly DueSlot[], runner: Runner): Promise<Promise<void>[]> {
  const started: Promise<void>[] = [];
  for (const slot of slots) {
    const waitMs = slot.at - Date.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    started.push(runner.slot(slot));
  }
  return started;
}

async function runAsap(job: Job<Asked>, runner: Runner, follower: PlanFollower, log: Logger): Promise<void> {
  const asked = askedOf(job.data);
  const found = asked && follower.check(asked.check, Date.now());
  if (asked === undefined || found === undefined) {
    log.warn({ check: asked?.check }, 'a run was asked for of a check that is not in the plan here; it is not run');
    return;
  }
  if (Date.now() - asked.at > askedMsMax) {
    log.warn({ check: asked.check, cause: asked.cause }, 'a run was asked for too long ago; it is not run');
    return;
  }
  // Not a second time after a crash: whoever asked may ask again under another request.
  if (job.attemptsStarted === 1) await runner.asap(found.check, found.plan, asked);
}

async function endJobs(workers: readonly Worker[], runner: Runner, log: Logger): Promise<void> {
  const ended = await withBound(Promise.all(workers.map((worker) => worker.close())), stopMsMax);
  if (!ended) {
    const left = runner.abandon();
    log.warn({ runs: left }, 'these runs did not end in time; their slots are closed as broken');
    await withBound(Promise.all(workers.map((worker) => worker.close(true))), 2_000);
  }
}

async function waitingJobs(queues: readonly Queue[]): Promise<Record<string, number>> {
  const counts = await Promise.all(queues.map(async (queue) => [queue.name, await queue.getWaitingCount()] as const));
  return Object.fromEntries(counts);
}

/** False if it took longer, or went wrong. */
async function withBound(work: Promise<unknown>, ms: number): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ms).unref());
  return Promise.race([
    work.then(
      () => true,
      (error: unknown) => asError(error) === undefined,
    ),
    late,
  ]);
}
