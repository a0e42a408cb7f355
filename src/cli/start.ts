/**
 * `vedette start`: everything on one machine, supervised. Redis unless one is given, the plan from the probes, and
 * a process per worker.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Redis } from 'ioredis';
import { type Config, readConfig } from '../base/config.ts';
import { startEmbeddedRedis } from '../base/embedded-redis.ts';
import { VedetteError } from '../base/errors.ts';
import { takeLock } from '../base/lock.ts';
import { createLog, type Logger } from '../base/log.ts';
import { connectRedis, requireRedis } from '../base/redis.ts';
import type { Plan } from '../probe/definition.ts';
import { type Loaded, load } from '../probe/load.ts';
import { fetchPlan } from '../schedule/published.ts';
import { performSync, prepareSync } from '../schedule/sync.ts';
import { watchPlan } from '../schedule/watch.ts';
import { freePorts, requireFreePort } from './free-port.ts';
import { refusal } from './open-redis.ts';
import { packageVersion } from './package.ts';
import { paint } from './paint.ts';
import { type StopSignal, stopSignal } from './stop-signal.ts';
import { type Supervisor, supervise } from './supervise.ts';
import { describePlan, printBroken, removalMessage } from './sync-output.ts';
import { printFaults } from './validate.ts';
import { type LocalWorker, platformWorkers, vantagesOf, vantageWorker, type WorkerSettings } from './workers.ts';

/** What `start` is told; all but `vantages` is for tests. */
export interface StartOptions {
  /** The vantages to run here; all by default. */
  readonly vantages?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where the workers' programs are. */
  readonly workersFolder?: URL;
  readonly say?: (line: string) => void;
  readonly stop?: StopSignal;
}

const footer = `
Loads the probes, publishes the plan, and runs the scheduler, the recorder, the web worker and the vantages, each a
process of its own that is started again when it dies. A removal of more than a tenth of the checks is held back
until vedette sync --yes. SIGTERM or Ctrl-C lets running work finish; a second one does not.
Exits 0 when told to stop, 2 when it cannot start.`;

/** `vedette start` */
export function startCommand(): Command {
  return new Command('start')
    .description('run everything on this machine')
    .option('--vantage <V...>', 'run only these vantages here')
    .addHelpText('after', footer)
    .action(async ({ vantage }: { vantage?: string[] }) => {
      await start(vantage === undefined ? {} : { vantages: vantage });
    });
}

/**
 * Runs until it is told to stop; everything it started is gone when it resolves.
 * @throws VedetteError when it cannot start: settings, ports, Redis, or nothing to watch
 */
export async function start(options: StartOptions = {}): Promise<void> {
  const env = options.env ?? process.env;
  const say = options.say ?? ((line: string) => process.stdout.write(`${line}\n`));
  const config = readConfig(env);
  const log = createLog('start', config.logLevel);
  await using stack = new AsyncDisposableStack();
  const stop = options.stop ?? stack.use(stopSignal());
  await claim(config, stack);

  const loading = load(config.probesDir);
  // Told where it is awaited; Redis may fail before.
  loading.catch(() => {});
  const { redis, redisUrl } = await openOwnOrGiven(config, log, stack, say);
  const loaded = await loading;
  if (stop.signal.aborted) return;
  const plan = await putInForce(redis, loaded, config, say);
  const wanted = chosen(plan, options.vantages);

  const supervisor = stack.use(supervise({ say: (line) => say(`${paint.warn('!')} ${line}`) }));
  stop.onSecond(() => supervisor.kill());
  const settings: WorkerSettings = {
    config,
    redisUrl,
    project: plan.project,
    ports: freePorts(config.metricsHost),
    env,
    ...(options.workersFolder === undefined ? {} : { folder: options.workersFolder }),
  };
  const workers = [...platformWorkers(settings), ...wanted.map((vantage) => vantageWorker(settings, vantage))];
  await Promise.all(workers.map((worker) => begin(worker, supervisor, config, say)));
  say(`metrics are at http://${config.metricsHost}:${workers[0]?.metricsPort()}/metrics; Ctrl-C ends everything`);
  if (options.vantages === undefined) {
    stack.use(await followVantages(redis, settings, wanted, log, (worker) => begin(worker, supervisor, config, say)));
  }
  await stop.stopped;
  say('stopping: running work may finish');
}

/** One Vedette per data folder, and the ports that people were told of. */
async function claim(config: Config, stack: AsyncDisposableStack): Promise<void> {
  await mkdir(config.dataDir, { recursive: true });
  const lock = await takeLock(join(config.dataDir, 'start'));
  if (lock === undefined) {
    throw new VedetteError('STARTED', `vedette start runs on ${config.dataDir} already`, {
      mend: 'End that one, or give this one a VEDETTE_DATA_DIR and ports of its own; vedette status shows what runs.',
    });
  }
  stack.defer(() => lock.release());
  if (config.metricsPort !== 0) await requireFreePort(config.metricsHost, config.metricsPort, 'VEDETTE_METRICS_PORT');
  if (config.webPort !== 0) await requireFreePort(config.webHost, config.webPort, 'VEDETTE_WEB_PORT');
}

async function openOwnOrGiven(config: Config, log: Logger, stack: AsyncDisposableStack, say: (line: string) => void) {
  const own =
    config.redisUrl === undefined ? stack.use(await startEmbeddedRedis({ dataDir: config.dataDir, log })) : undefined;
  const redisUrl = config.redisUrl ?? own?.url;
  if (redisUrl === undefined) throw new Error('there is neither a Redis of our own nor a given one');
  const redis = connectRedis(redisUrl, { name: 'start', log });
  stack.defer(() => redis.disconnect());
  const { version } = await Promise.race([requireRedis(redis), refusal(redis, config)]);
  say(
    `${paint.strong(`Vedette ${packageVersion}`)}, Redis ${version} at ${new URL(redisUrl).host}${own ? ', its own' : ''}`,
  );
  return { redis, redisUrl };
}

/** Publishes what was loaded, unless that would remove much; returns the plan that is published then. */
async function putInForce(redis: Redis, loaded: Loaded, config: Config, say: (line: string) => void): Promise<Plan> {
  const prepared = await prepareSync(redis, loaded, config.project).catch((error: unknown) => {
    if (loaded.faults.length > 0) printFaults(loaded);
    throw error;
  });
  printBroken(loaded, prepared, config.probesDir);
  const { plan, before, difference } = prepared;
  if (difference.massRemoval && before !== undefined) {
    const old = await fetchPlan(redis, plan.project, before.version);
    say(`${paint.warn('!')} ${removalMessage(prepared)}: the plan published before stays in force`);
    say('  If that is meant, run vedette sync --yes; if not, look for probe files that are missing.');
    if (old !== undefined) return told(old, 'held back', say);
  }
  if (difference.checks.after === 0) {
    throw new VedetteError('PLAN_EMPTY', `there are no checks in ${config.probesDir}, so nothing would be watched`, {
      mend: 'Write a probe with vedette new, or set VEDETTE_PROBES_DIR to where they are.',
    });
  }
  const action = await performSync(redis, prepared);
  return told(plan, action === 'unchanged' ? 'published before' : 'published', say);
}

function told(plan: Plan, how: string, say: (line: string) => void): Plan {
  say(`project ${plan.project}, plan ${plan.version} (${how}): ${describePlan(plan)}`);
  return plan;
}

/** The vantages to run here. */
function chosen(plan: Plan, asked: readonly string[] | undefined): string[] {
  const all = vantagesOf(plan);
  const unknown = asked?.filter((vantage) => !all.includes(vantage)) ?? [];
  if (unknown.length > 0) {
    throw new VedetteError('VANTAGE_UNKNOWN', `the plan has no vantage ${unknown.join(', ')}`, {
      mend: `It has: ${all.join(', ')}.`,
    });
  }
  return asked === undefined ? all : [...new Set(asked)];
}

async function begin(
  worker: LocalWorker,
  supervisor: Supervisor,
  config: Config,
  say: (line: string) => void,
): Promise<void> {
  const pid = await supervisor.keep(worker);
  if (pid === undefined) return;
  const taken = worker.name === 'web' ? `, heartbeats at http://${config.webHost}:${config.webPort}` : '';
  const health = `http://${config.metricsHost}:${worker.metricsPort()}/healthz`;
  say(`  ${worker.name.padEnd(14)} process ${pid}, ${health}${taken}`);
}

/** Starts a process for each vantage that a plan published later adds. */
async function followVantages(
  redis: Redis,
  settings: WorkerSettings,
  running: readonly string[],
  log: Logger,
  beginOne: (worker: LocalWorker) => Promise<void>,
): Promise<Disposable> {
  const known = new Set(running);
  return await watchPlan({
    redis,
    project: settings.project,
    log,
    onPlan(plan) {
      for (const vantage of vantagesOf(plan).filter((name) => !known.has(name))) {
        known.add(vantage);
        void beginOne(vantageWorker(settings, vantage));
      }
    },
  });
}
