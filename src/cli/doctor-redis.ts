/**
 * What the doctor says of Redis and of the clock, which is judged by Redis's.
 */
import type { Redis } from 'ioredis';
import type { Config } from '../base/config.ts';
import { runningRedisUrl } from '../base/embedded-redis.ts';
import { asError, VedetteError } from '../base/errors.ts';
import { findRedisServer } from '../base/programs.ts';
import { connectRedis, redisNow, requireRedis } from '../base/redis.ts';
import type { Finding } from './doctor-findings.ts';
import { refusal } from './open-redis.ts';

/** Beyond this a vantage is set aside (design: silence is judged by Redis's clock). */
const clockSkewMsMax = 2_000;

/** The Redis that is set, or that runs on the data folder, or that would be started. */
export async function redisFindings(config: Config): Promise<Finding[]> {
  const url = config.redisUrl ?? (await runningRedisUrl(config.dataDir));
  if (url === undefined) return [await programFinding()];
  const redis = connectRedis(url, { name: 'doctor' });
  try {
    const { version } = await Promise.race([requireRedis(redis), refusal(redis, config)]);
    const where = config.redisUrl === undefined ? 'of its own, running' : 'of VEDETTE_REDIS_URL';
    return [
      { name: 'redis', health: 'good', text: `${version}, ${where}` },
      ...(await settingFindings(redis)),
      await clockFinding(redis),
    ];
  } catch (error) {
    const mend = error instanceof VedetteError ? error.mend : undefined;
    return [{ name: 'redis', health: 'bad', text: asError(error).message, ...(mend === undefined ? {} : { mend }) }];
  } finally {
    redis.disconnect();
  }
}

async function programFinding(): Promise<Finding> {
  const server = await findRedisServer();
  const mend = 'Install Redis 7 or newer, or set VEDETTE_REDIS_URL.';
  if (server === undefined)
    return { name: 'redis', health: 'bad', text: 'no redis-server or valkey-server was found', mend };
  const text = `${server.name} ${server.version}, ${server.path}, started when needed`;
  return server.newEnough ? { name: 'redis', health: 'good', text } : { name: 'redis', health: 'bad', text, mend };
}

/** Two settings without which jobs or results are lost. */
async function settingFindings(redis: Redis): Promise<Finding[]> {
  const [policy, appendOnly] = await Promise.all([setting(redis, 'maxmemory-policy'), setting(redis, 'appendonly')]);
  if (policy === undefined || appendOnly === undefined) {
    return [
      {
        name: 'redis',
        health: 'warn',
        text: 'its settings cannot be read (CONFIG is not allowed)',
        mend: 'See to maxmemory-policy noeviction and appendonly yes.',
      },
    ];
  }
  return [
    policy === 'noeviction'
      ? { name: 'redis', health: 'good', text: 'maxmemory-policy noeviction' }
      : {
          name: 'redis',
          health: 'bad',
          text: `maxmemory-policy ${policy}`,
          mend: 'Set noeviction: Redis would throw away jobs and results when it is full.',
        },
    appendOnly === 'yes'
      ? { name: 'redis', health: 'good', text: 'appendonly yes' }
      : {
          name: 'redis',
          health: 'warn',
          text: 'appendonly no',
          mend: 'Set appendonly yes: what is not written down yet is lost when Redis dies.',
        },
  ];
}

async function setting(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const answer = await redis.config('GET', name);
    return Array.isArray(answer) ? String(answer[1]) : undefined;
  } catch {
    return undefined;
  }
}

/** This machine's clock less Redis's; the way there and back is taken as equally long. */
async function clockFinding(redis: Redis): Promise<Finding> {
  const before = Date.now();
  const there = await redisNow(redis);
  const skewMs = Math.round((before + Date.now()) / 2 - there);
  const text = `${Math.abs(skewMs)} ms ${skewMs < 0 ? 'behind' : 'ahead of'} Redis's`;
  if (Math.abs(skewMs) <= clockSkewMsMax) return { name: 'clock', health: 'good', text };
  return {
    name: 'clock',
    health: 'bad',
    text,
    mend: 'Keep it right with NTP; a vantage more than 2 s off is set aside.',
  };
}
