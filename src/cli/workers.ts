/**
 * The workers of one machine: which there are for a plan, with which environment and ports.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../base/config.ts';
import { INBOX, type Plan } from '../probe/definition.ts';
import type { FreePorts } from './free-port.ts';
import type { WorkerSpec } from './supervise.ts';

/** The programs, by the worker's name: beside the sources, or compiled beside these. */
const workersFolder = new URL('../../workers/', import.meta.url);

type Environment = Readonly<Record<string, string | undefined>>;

/** A worker, with where it tells its health once it is started. */
export interface LocalWorker extends WorkerSpec {
  /** Port of its /healthz and /metrics; it may be another after a restart. 0 before the first start. */
  readonly metricsPort: () => number;
}

export interface WorkerSettings {
  readonly config: Config;
  readonly redisUrl: string;
  readonly project: string;
  readonly ports: FreePorts;
  readonly env: Environment;
  /** Where the programs are; those of this package by default. */
  readonly folder?: URL;
}

/** What every machine that runs everything needs besides vantages; the recorder first, at the port that is set. */
export function platformWorkers(settings: WorkerSettings): LocalWorker[] {
  const { metricsPort } = settings.config;
  return [
    // The probes' metrics are the recorder's: Prometheus must find them where it was told to.
    worker(settings, 'recorder', 'recorder', { env: plain(settings.env), port: { only: metricsPort } }),
    // It asks for the tokens of heartbeats, which are secrets.
    worker(settings, 'web', 'web', { env: settings.env }),
    worker(settings, 'scheduler', 'scheduler', { env: plain(settings.env) }),
  ];
}

/** One vantage; secrets are in the environment, so it gets all of it. */
export function vantageWorker(settings: WorkerSettings, vantage: string): LocalWorker {
  return worker(settings, `vantage ${vantage}`, 'vantage', { env: { ...settings.env, VEDETTE_VANTAGE: vantage } });
}

/** The vantages that a plan needs: those of its landscape, and the inbox where there are heartbeats. */
export function vantagesOf({ landscape, probes }: Plan): string[] {
  const inbox = probes.some(({ from }) => from.includes(INBOX)) ? [INBOX] : [];
  return [...Object.keys(landscape.vantages), ...inbox];
}

function worker(
  { config, redisUrl, project, ports, folder = workersFolder }: WorkerSettings,
  name: string,
  program: string,
  { env, port }: { env: Environment; port?: { only: number } },
): LocalWorker {
  let metricsPort = 0;
  return {
    name,
    file: fileURLToPath(new URL(`${program}${extname(import.meta.url)}`, folder)),
    metricsPort: () => metricsPort,
    async env() {
      ports.giveBack(metricsPort);
      const first = config.metricsPort === 0 ? 0 : metricsPort || config.metricsPort + 1;
      metricsPort = port !== undefined && port.only !== 0 ? port.only : await ports.take(first);
      return {
        // Names are looked up on libuv's threads, four by default: one resolver that hangs would hold up every check.
        UV_THREADPOOL_SIZE: lookupThreads,
        ...defined(env),
        VEDETTE_REDIS_URL: redisUrl,
        VEDETTE_PROJECT: project,
        VEDETTE_METRICS_PORT: String(metricsPort),
      };
    },
  };
}

/** Lookups under way at a time in a worker. */
const lookupThreads = '32';

/** What a program needs of the environment to run at all; what may be a secret is not among it. */
const plainNames =
  /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|VEDETTE_\w+)$/;

function plain(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => plainNames.test(name)));
}

function defined(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
