/**
 * Reports of outside systems, where Redis keeps them: the web worker writes, the inbox reads.
 */
import type { Redis } from 'ioredis';
import { redisNow } from '../base/redis.ts';
import { scheduleKeys } from './keys.ts';

/** Notes that a probe's system has reported; epoch ms by Redis's clock. */
export async function noteHeartbeat(redis: Redis, project: string, probe: string): Promise<number> {
  const at = await redisNow(redis);
  await redis.hset(scheduleKeys(project).heartbeats, probe, at);
  return at;
}

/** When it last reported, since when it is asked (the first question counts), and Redis's clock, by which both are. */
export async function lastHeartbeat(
  redis: Redis,
  project: string,
  probe: string,
): Promise<{ at: number | undefined; expectedSince: number; now: number }> {
  const keys = scheduleKeys(project);
  const at = await redis.hget(keys.heartbeats, probe);
  const now = await redisNow(redis);
  const since = (await redis.hget(keys.expected, probe)) ?? String(now);
  await redis.hsetnx(keys.expected, probe, since);
  return { at: at === null ? undefined : Number(at), expectedSince: Number(since), now };
}
