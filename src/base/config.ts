/**
 * Every setting that comes from the environment: read in one place, checked at start, all faults together.
 * `vedette doctor` lists this table and the README's reference is made from it.
 */
import { resolve } from 'node:path';
import { VedetteError } from './errors.ts';

interface Variable<T> {
  readonly env: string;
  readonly help: string;
  /** As it would be written in the environment; `undefined` when unset means "not set". */
  readonly fallback: string | undefined;
  /** Its value holds a password. */
  readonly secret?: boolean;
  /** The parsed value, or a sentence that says what it must be. */
  readonly parse: (text: string) => { ok: T } | { fault: string };
}

const text = (raw: string) => ({ ok: raw });
const path = (raw: string) => ({ ok: resolve(raw) });

function whole(min: number, max: number) {
  return (raw: string) => {
    const value = Number(raw);
    return Number.isInteger(value) && value >= min && value <= max
      ? { ok: value }
      : { fault: `must be a whole number from ${min} to ${max}` };
  };
}

function oneOf<const T extends string>(...values: T[]) {
  return (raw: string) => {
    const found = values.find((value) => value === raw);
    return found === undefined ? { fault: `must be one of ${values.join(', ')}` } : { ok: found };
  };
}

function redisUrl(raw: string) {
  return /^rediss?:\/\//.test(raw) && URL.canParse(raw)
    ? { ok: raw }
    : { fault: 'must be a redis:// or rediss:// address, such as redis://:password@127.0.0.1:6379' };
}

const port = whole(0, 65_535);

/** The settings, by their name in code. */
export const variables = {
  redisUrl: {
    env: 'VEDETTE_REDIS_URL',
    fallback: undefined,
    secret: true,
    parse: redisUrl,
    help: 'Redis 7 or newer. Not set: a redis-server or valkey-server of its own, under the data folder',
  },
  project: {
    env: 'VEDETTE_PROJECT',
    fallback: undefined,
    parse: text,
    help: 'The project whose plan this worker follows. Not set: the one that Redis holds, if it holds just one',
  },
  vantage: {
    env: 'VEDETTE_VANTAGE',
    fallback: undefined,
    parse: text,
    help: 'The vantage that this process is, a name from the landscape',
  },
  dataDir: {
    env: 'VEDETTE_DATA_DIR',
    fallback: './var',
    parse: path,
    help: 'Where history, artifacts and the embedded Redis keep their files',
  },
  probesDir: {
    env: 'VEDETTE_PROBES_DIR',
    fallback: './probes',
    parse: path,
    help: 'Where the probes and landscape.ts are',
  },
  webHost: {
    env: 'VEDETTE_WEB_HOST',
    fallback: '127.0.0.1',
    parse: text,
    help: 'Address on which the web worker listens',
  },
  webPort: { env: 'VEDETTE_WEB_PORT', fallback: '8080', parse: port, help: 'Port of the web worker (heartbeats)' },
  metricsHost: {
    env: 'VEDETTE_METRICS_HOST',
    fallback: '127.0.0.1',
    parse: text,
    help: 'Address on which /metrics and /healthz listen',
  },
  metricsPort: {
    env: 'VEDETTE_METRICS_PORT',
    fallback: '9464',
    parse: port,
    help: 'Port of /metrics and /healthz of this worker; 0 picks a free one. start gives each worker its own',
  },
  secretsDir: {
    env: 'VEDETTE_SECRETS_DIR',
    fallback: undefined,
    parse: path,
    help: 'A folder with one file per secret, named as the secret; the environment is asked first',
  },
  chromium: {
    env: 'VEDETTE_CHROMIUM',
    fallback: undefined,
    parse: path,
    help: 'The Chromium to drive. Not set: the one that setup found',
  },
  sandbox: {
    env: 'VEDETTE_SANDBOX',
    fallback: 'auto',
    parse: oneOf('auto', 'on', 'off'),
    help: "Chromium's sandbox: on, off, or auto (on, except as root, where Chromium refuses to start with it)",
  },
  journeyPool: {
    env: 'VEDETTE_JOURNEY_POOL',
    fallback: '2',
    parse: whole(1, 64),
    help: 'Journeys that a vantage runs at a time, a warm browser each',
  },
  httpInFlightMax: {
    env: 'VEDETTE_HTTP_IN_FLIGHT_MAX',
    fallback: '2000',
    parse: whole(1, 100_000),
    help: 'Http runs that a vantage has under way at a time; beyond it a slot is missed as overload',
  },
  streamEntriesMax: {
    env: 'VEDETTE_STREAM_ENTRIES_MAX',
    fallback: '1000000',
    parse: whole(1_000, 100_000_000),
    help: 'Hard bound of the results stream in Redis; what it costs is counted in vedette_results_dropped_total',
  },
  historyDays: {
    env: 'VEDETTE_HISTORY_DAYS',
    fallback: '30',
    parse: whole(1, 3_650),
    help: 'Days for which results are kept',
  },
  historyMiBMax: {
    env: 'VEDETTE_HISTORY_MIB_MAX',
    fallback: '10240',
    parse: whole(10, 10_000_000),
    help: 'Size beyond which the oldest results go, MiB',
  },
  artifactDays: {
    env: 'VEDETTE_ARTIFACT_DAYS',
    fallback: '14',
    parse: whole(1, 3_650),
    help: 'Days for which screenshots and other artifacts are kept',
  },
  artifactMiBMax: {
    env: 'VEDETTE_ARTIFACT_MIB_MAX',
    fallback: '2048',
    parse: whole(1, 10_000_000),
    help: 'Size beyond which the oldest artifacts go, MiB',
  },
  logLevel: {
    env: 'VEDETTE_LOG_LEVEL',
    fallback: 'info',
    parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    help: 'The least severe log line that is written',
  },
} as const satisfies Record<string, Variable<unknown>>;

type Variables = typeof variables;
type Parsed<V> = V extends { readonly parse: (text: string) => infer R }
  ? R extends { ok: infer T }
    ? T
    : never
  : never;

/** The settings in force. Those without a default may be `undefined`. */
export type Config = {
  readonly [K in keyof Variables]: Variables[K]['fallback'] extends string
    ? Parsed<Variables[K]>
    : Parsed<Variables[K]> | undefined;
};

/**
 * Reads and checks all settings.
 * @throws VedetteError `CONFIG` that names every setting at fault.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const faults: string[] = [];
  const values = Object.entries(variables).map(([name, variable]: [string, Variable<unknown>]) => {
    const given = env[variable.env];
    const raw = given === undefined || given === '' ? variable.fallback : given;
    if (raw === undefined) return [name, undefined] as const;
    const parsed = variable.parse(raw);
    if ('ok' in parsed) return [name, parsed.ok] as const;
    faults.push(`${variable.env}=${variable.secret ? '…' : raw} ${parsed.fault}`);
    return [name, undefined] as const;
  });
  if (faults.length > 0) {
    throw new VedetteError('CONFIG', `settings that cannot be used:\n  ${faults.join('\n  ')}`, {
      mend: 'Correct these environment variables, or unset them for their defaults; vedette doctor lists them all.',
    });
  }
  return Object.freeze(Object.fromEntries(values)) as Config;
}
