/**
 * What is in force and how Vedette is: gathered from Redis, and from the recorder's history where it is here. What of
 * it is wrong is judged apart, purely.
 */
import type { Redis } from 'ioredis';
import type { Config } from '../base/config.ts';
import { VedetteError } from '../base/errors.ts';
import { redisNow } from '../base/redis.ts';
import { checksOf, type Plan } from '../probe/definition.ts';
import { addedAt, streamProgress } from '../result/stream.ts';
import { queueDepths } from '../schedule/depths.ts';
import { forceRecords, type InForce, inForceAt } from '../schedule/force.ts';
import { scheduleKeys } from '../schedule/keys.ts';
import { alive, type Presence, presences } from '../schedule/presence.ts';
import { fetchPlan, published, soleProject } from '../schedule/published.ts';
import { type HistoryStatus, historyStatus } from './status-history.ts';

/** A vantage as it is now. */
export interface VantageStatus {
  readonly vantage: string;
  /** Checks of the published plan. */
  readonly checks: number;
  /** Processes that were heard within the last 10 s. */
  readonly processes: number;
  /** Epoch ms; absent when nothing was heard for a day. */
  readonly heardAt?: number;
  /** The worst of its processes. */
  readonly clockSkewMs?: number;
  /** The highest of its processes, 0 to 1. */
  readonly saturation?: number;
  /** Results that its processes had to drop since their start. */
  readonly droppedResults: number;
  /** The plan in force there, and since when (epoch ms). */
  readonly inForce?: InForce;
  /** Jobs that wait, by queue. */
  readonly queues: Readonly<Record<string, number>>;
}

/** All that `status` tells. */
export interface Status {
  readonly project: string;
  readonly now: number;
  readonly plan: {
    readonly version: string;
    readonly publishedAt: number;
    readonly probes: number;
    readonly checks: number;
  };
  /** Whether a scheduler holds the lease, and how many held it so far. */
  readonly scheduler: { readonly held: boolean; readonly epoch: number };
  /** How far recording is behind the stream; absent when no recorder ever was there. */
  readonly recorder?: { readonly behindMs: number };
  readonly vantages: readonly VantageStatus[];
  /** A sentence where there is none to ask. */
  readonly history: HistoryStatus | string;
}

/**
 * Gathers it.
 * @throws VedetteError `PROJECT_UNCLEAR`, or `PLAN_NONE` when nothing is published
 */
export async function gatherStatus(redis: Redis, config: Config): Promise<Status> {
  const project = config.project ?? (await soleProject(redis));
  const current = project === undefined ? undefined : await published(redis, project);
  const plan =
    project === undefined || current === undefined ? undefined : await fetchPlan(redis, project, current.version);
  if (project === undefined || current === undefined || plan === undefined) {
    throw new VedetteError(
      'PLAN_NONE',
      `no plan is published${project === undefined ? '' : ` for ${project}`}, so nothing runs`,
      {
        mend: 'Publish one with vedette sync, or run everything with vedette start.',
      },
    );
  }
  const keys = scheduleKeys(project);
  const [now, all, held, epoch, progress] = await Promise.all([
    redisNow(redis),
    presences(redis, project),
    redis.exists(keys.lease),
    redis.get(keys.epoch),
    streamProgress(redis, project),
  ]);
  const checks = checksByVantage(plan);
  const records = new Map<string, readonly InForce[]>();
  const vantages: VantageStatus[] = [];
  for (const vantage of new Set([...checks.keys(), ...Object.keys(plan.landscape.vantages)])) {
    const ofIt = await forceRecords(redis, project, vantage);
    records.set(vantage, ofIt);
    const heard = all.filter(({ beat }) => beat.vantage === vantage);
    const inForce = inForceAt(ofIt, now);
    vantages.push({
      vantage,
      checks: checks.get(vantage) ?? 0,
      ...processesOf(heard, now),
      ...(inForce === undefined ? {} : { inForce }),
      queues: await queueDepths(redis, project, vantage),
    });
  }
  const recorded = progress.readers.recorder;
  const behindMs =
    recorded === undefined || progress.last === undefined ? undefined : addedAt(progress.last) - addedAt(recorded);
  return {
    project,
    now,
    plan: {
      version: plan.version,
      publishedAt: current.at,
      probes: plan.probes.length,
      checks: sum([...checks.values()]),
    },
    scheduler: { held: held === 1, epoch: Number(epoch ?? 0) },
    ...(behindMs === undefined ? {} : { recorder: { behindMs } }),
    vantages,
    history: historyStatus({ dataDir: config.dataDir, plan, records, recorded, now }),
  };
}

function checksByVantage(plan: Plan): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { vantage } of plan.probes.flatMap(checksOf)) counts.set(vantage, (counts.get(vantage) ?? 0) + 1);
  return counts;
}

function processesOf(heard: readonly Presence[], now: number) {
  const here = alive(heard, now);
  const last = Math.max(...heard.map(({ beat }) => beat.at));
  const skews = here.map(({ beat }) => beat.clockSkewMs).sort((a, b) => Math.abs(b) - Math.abs(a));
  return {
    processes: here.length,
    droppedResults: sum(here.map(({ beat }) => beat.droppedResults)),
    ...(heard.length === 0 ? {} : { heardAt: last }),
    ...(skews[0] === undefined ? {} : { clockSkewMs: skews[0] }),
    ...(here.length === 0 ? {} : { saturation: Math.max(...here.map(({ beat }) => beat.saturation)) }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
