/**
 * Tells whoever shows or decides which plan counts: the published one, once it is in force anywhere.
 */
import type { Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { redisNow } from '../base/redis.ts';
import type { Plan } from '../probe/definition.ts';
import { forceRecords } from './force.ts';
import { scheduleKeys } from './keys.ts';
import { fetchPlan } from './published.ts';

const lookMs = 1_000;

/**
 * Looks every second which plan was put in force last, and calls with it and its time (epoch ms) once that has come.
 * The first look has been made when it resolves.
 */
export async function watchPlan(options: {
  redis: Redis;
  project: string;
  log: Logger;
  onPlan: (plan: Plan, inForceAt: number) => void;
}): Promise<Disposable> {
  const { redis, project, log, onPlan } = options;
  let told = '';
  let looking = false;

  async function look(): Promise<void> {
    const now = await redisNow(redis);
    const vantages = await redis.smembers(scheduleKeys(project).vantagesEver);
    const records = (await Promise.all(vantages.map((vantage) => forceRecords(redis, project, vantage)))).flat();
    const latest = records
      .filter(({ from }) => from <= now)
      .sort((a, b) => a.from - b.from)
      .at(-1);
    if (latest === undefined || told === latest.version) return;
    const plan = await fetchPlan(redis, project, latest.version);
    if (plan === undefined) return;
    told = latest.version;
    // Vantages take a plan up within seconds of one another; the first is when its checks began to be expected.
    onPlan(
      plan,
      Math.min(
        ...records
          .filter(({ version, from }) => version === latest.version && from > latest.from - 60_000)
          .map(({ from }) => from),
      ),
    );
  }

  async function lookOnce(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      await look();
    } catch (error) {
      log.warn({ err: asError(error).message }, 'the plan in force could not be looked up; trying again');
    } finally {
      looking = false;
    }
  }
  await lookOnce();
  const timer = setInterval(() => void lookOnce(), lookMs);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}
