/**
 * Connections to Redis: one place that says how they behave when Redis is away.
 */
import { Redis } from 'ioredis';
import { asError, VedetteError } from './errors.ts';
import type { Logger } from './log.ts';

const reconnectDelayMsMax = 1_000;
const connectMsMax = 5_000;

/**
 * A connection that reconnects for ever and keeps commands waiting meanwhile, as BullMQ wants it.
 * @param name shown by Redis's `CLIENT LIST`
 */
export function connectRedis(url: string, options: { name: string; log?: Logger }): Redis {
  const redis = new Redis(url, {
    connectionName: `vedette-${options.name}`,
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    connectTimeout: connectMsMax,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), reconnectDelayMsMax),
  });
  let away = false;
  redis.on('error', (error: unknown) => {
    // ioredis repeats the error at every attempt; one line says it.
    if (!away) options.log?.warn({ err: asError(error).message }, 'redis is away; trying again until it answers');
    away = true;
  });
  redis.on('ready', () => {
    if (away) options.log?.info('redis is back');
    away = false;
  });
  return redis;
}

/**
 * Checks that Redis answers and is new enough.
 * @throws VedetteError `REDIS_UNREACHABLE` or `REDIS_OLD`
 */
export async function requireRedis(redis: Redis): Promise<{ version: string }> {
  const timeout = AbortSignal.timeout(connectMsMax);
  const gone = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(new Error(`no answer within ${connectMsMax} ms`)), { once: true });
  });
  let info: string;
  try {
    info = await Promise.race([redis.info('server'), gone]);
  } catch (cause) {
    throw new VedetteError(
      'REDIS_UNREACHABLE',
      `Redis at ${addressOf(redis)} does not answer: ${asError(cause).message}`,
      {
        mend: 'Start it, or correct VEDETTE_REDIS_URL; without the variable Vedette starts a Redis of its own.',
        cause,
      },
    );
  }
  const version = /redis_version:(\S+)/.exec(info)?.[1] ?? '0';
  const valkey = /valkey_version:(\S+)/.exec(info)?.[1];
  if (valkey === undefined && Number.parseInt(version, 10) < 7) {
    throw new VedetteError('REDIS_OLD', `Redis at ${addressOf(redis)} is version ${version}`, {
      mend: 'Vedette needs Redis 7 or newer, or Valkey.',
    });
  }
  return { version: valkey ?? version };
}

/** Redis's own clock, epoch ms. */
export async function redisNow(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** `host:port`, never the password. */
function addressOf(redis: Redis): string {
  return `${redis.options.host ?? 'localhost'}:${redis.options.port ?? 6379}`;
}
