/**
 * What every worker process does: settings, log, Redis, the project it follows, health and metrics, and an orderly end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Config, readConfig } from '../src/base/config.ts';
import { VedetteError } from '../src/base/errors.ts';
import { createLog, type Logger } from '../src/base/log.ts';
import { connectRedis, requireRedis } from '../src/base/redis.ts';
import { packageVersion } from '../src/cli/package.ts';
import { reportError } from '../src/cli/report-error.ts';
import { createProcessMetrics } from '../src/result/process-metrics.ts';
import { serveMetrics } from '../src/result/serve.ts';
import { soleProject } from '../src/schedule/published.ts';

/** What a worker is made from. */
export interface Surroundings {
  readonly config: Config;
  readonly redisUrl: string;
  readonly redis: Redis;
  readonly project: string;
  readonly log: Logger;
}

/** A worker at work. */
export interface Worker extends AsyncDisposable {
  /** Sentences that say what is wrong; none: it is well. */
  troubles(): readonly string[];
  /** Its metrics; Node's defaults alone if it has none of its own. */
  readonly exposition?: (vantage?: string) => Promise<string>;
}

const projectLookMs = 250;
/** Redis may be away for so long before a worker calls itself unwell. Milliseconds. */
const redisAwayMsMax = 15_000;
/** The longest an orderly end may take, milliseconds: above what a vantage grants its runs. */
const endMsMax = 27_000;

/** Runs a worker until SIGTERM, SIGINT, or the end of the supervisor that started it. */
export async function runWorker(name: string, start: (around: Surroundings) => Promise<Worker>): Promise<void> {
  try {
    const config = readConfig();
    const log = createLog(name, config.logLevel);
    const { redisUrl } = config;
    if (redisUrl === undefined) {
      throw new VedetteError('NO_REDIS', `the ${name} worker needs VEDETTE_REDIS_URL`, {
        mend: 'Set it, or use vedette start, which runs every worker with a Redis of its own.',
      });
    }
    const stopped = stopSignal();
    // Whatever hangs, also a start that waits for Redis, hangs no longer than this.
    void stopped.then(() => setTimeout(() => process.exit(1), endMsMax + 1_000).unref());
    let worker: Worker | undefined;
    const redis = connectRedis(redisUrl, { name, log });
    const away = awayWatch(redis);
    const own = createProcessMetrics({ version: packageVersion });
    await using server = await serveMetrics({
      host: config.metricsHost,
      port: config.metricsPort,
      log,
      exposition: (vantage) => (worker?.exposition ?? own.exposition)(vantage),
      health: () => health(worker, away()),
    });
    await requireRedis(redis);
    const project = config.project ?? (await waitForProject(redis, log, stopped));
    if (project !== undefined) {
      worker = await start({ config, redisUrl, redis, project, log });
      log.info({ project, metrics: `${config.metricsHost}:${server.port}` }, `${name} is at work`);
      await stopped;
      log.info('stopping');
      await Promise.race([worker[Symbol.asyncDispose](), delay(endMsMax)]);
    }
    redis.disconnect();
  } catch (error) {
    process.exitCode = reportError(error);
  }
  // Whatever still holds the process open has had its time.
  setTimeout(() => process.exit(), 1_000).unref();
}

/** Says so once Redis has been away for longer than a restart takes: a worker that can do nothing is not well. */
function awayWatch(redis: Redis): () => readonly string[] {
  let since: number | undefined = Date.now();
  redis.on('ready', () => (since = undefined));
  redis.on('close', () => (since ??= Date.now()));
  return () => {
    const awayMs = since === undefined ? 0 : Date.now() - since;
    return awayMs > redisAwayMsMax ? [`redis has not answered for ${Math.round(awayMs / 1_000)} s`] : [];
  };
}

function health(worker: Worker | undefined, away: readonly string[]) {
  const own = worker === undefined ? ['starting, or waiting for a plan to be published'] : worker.troubles();
  const reasons = [...away, ...own];
  return { ok: reasons.length === 0, reasons };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    // A supervisor that was killed leaves no orphans.
    process.once('disconnect', () => resolve());
  });
}

async function waitForProject(redis: Redis, log: Logger, stopped: Promise<void>): Promise<string | undefined> {
  let told = false;
  const end = stopped.then(() => 'stopped' as const);
  for (;;) {
    const project = await soleProject(redis);
    if (project !== undefined) return project;
    if (!told) log.info('no plan is published yet; waiting (vedette sync publishes one)');
    told = true;
    if ((await Promise.race([delay(projectLookMs), end])) === 'stopped') return undefined;
  }
}
