/**
 * Who is there: what each vantage process last said of itself, kept where the scheduler and `status` look.
 */
import type { Redis } from 'ioredis';
import type { VantageBeat } from '../result/result.ts';
import { scheduleKeys } from './keys.ts';

/** A process that has not been heard for so long is gone. Milliseconds. */
export const goneMs = 10_000;

/** Long after it is gone it is also forgotten. Milliseconds. */
const forgottenMs = 24 * 3_600_000;

/** A beat, with the published plan that the process has loaded and could put in force. */
export interface Presence {
  readonly beat: VantageBeat;
  readonly loaded?: string;
  /** The process is being stopped; it takes no new work. */
  readonly stopping?: boolean;
}

export async function tellPresence(redis: Redis, project: string, presence: Presence): Promise<void> {
  const { vantage, instance } = presence.beat;
  await redis.hset(scheduleKeys(project).vantages, `${vantage}/${instance}`, JSON.stringify(presence));
}

export async function withdrawPresence(
  redis: Redis,
  project: string,
  vantage: string,
  instance: string,
): Promise<void> {
  await redis.hdel(scheduleKeys(project).vantages, `${vantage}/${instance}`);
}

/** All processes ever heard of, within the last day. */
export async function presences(redis: Redis, project: string): Promise<Presence[]> {
  const all = await redis.hgetall(scheduleKeys(project).vantages);
  return Object.values(all).map((line) => JSON.parse(line) as Presence);
}

/** Those that are there now. */
export function alive(all: readonly Presence[], now: number): Presence[] {
  return all.filter(({ beat, stopping }) => stopping !== true && now - beat.at < goneMs);
}

/** Forgets those that are long gone. */
export async function forgetGone(redis: Redis, project: string, now: number): Promise<void> {
  const gone = (await presences(redis, project)).filter(({ beat }) => now - beat.at > forgottenMs);
  for (const { beat } of gone) await withdrawPresence(redis, project, beat.vantage, beat.instance);
}
