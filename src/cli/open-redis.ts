/**
 * The Redis of a command that works beside a running Vedette: the one that is set, or the one that runs on the data
 * folder.
 */
import type { Redis } from 'ioredis';
import type { Config } from '../base/config.ts';
import { runningRedisUrl } from '../base/embedded-redis.ts';
import { VedetteError } from '../base/errors.ts';
import { connectRedis, requireRedis } from '../base/redis.ts';

/**
 * Connects, and has seen it answer. Disposing disconnects.
 * @param name shown by Redis's `CLIENT LIST`
 * @throws VedetteError `REDIS_NONE` when none is set and none runs, `REDIS_UNREACHABLE` or `REDIS_OLD`
 */
export async function openRedis(config: Config, name: string): Promise<{ readonly redis: Redis } & Disposable> {
  const url = config.redisUrl ?? (await runningRedisUrl(config.dataDir));
  if (url === undefined) {
    throw new VedetteError(
      'REDIS_NONE',
      `Vedette is not running on ${config.dataDir}, and VEDETTE_REDIS_URL is not set`,
      {
        mend: 'Start it with vedette start, or set VEDETTE_REDIS_URL (or VEDETTE_DATA_DIR) to where it runs.',
      },
    );
  }
  const redis = connectRedis(url, { name });
  try {
    await Promise.race([requireRedis(redis), refusal(redis, config)]);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
}

/** Rejects when the first connection fails, instead of waiting for another to succeed. */
export function refusal(redis: Redis, { redisUrl }: Config): Promise<never> {
  return new Promise((_, reject) => {
    redis.once('error', (cause: Error) => {
      const where = redisUrl === undefined ? 'Redis' : `Redis at ${new URL(redisUrl).host}`;
      const mend = 'Start it, or correct VEDETTE_REDIS_URL; without the variable Vedette starts a Redis of its own.';
      const message = `${where} cannot be reached: ${cause.message || String(cause)}`;
      reject(new VedetteError('REDIS_UNREACHABLE', message, { mend, cause }));
    });
  });
}
