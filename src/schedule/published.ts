/**
 * The published plan: what everybody follows. It changes by compare-and-set alone, so that of two people who sync
 * at once one is told; its bundles are there before it is.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import { VedetteError } from '../base/errors.ts';
import { redisNow } from '../base/redis.ts';
import type { Plan } from '../probe/definition.ts';
import { projectsKey, scheduleKeys } from './keys.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** Beyond this a plan would not fit a Redis value in good manners. Bytes, gzipped. */
const planBytesMax = 64 * 1024 * 1024;

/** How long a plan that was replaced is kept. Seconds. */
const replacedPlanSeconds = 7 * 86_400;

/** Which plan is published. */
export interface Published {
  readonly version: string;
  /** Epoch ms, Redis's clock. */
  readonly at: number;
}

const compareAndSet = `
if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'at', ARGV[3])
return 1`;

/** The published plan of a project, `undefined` before the first. */
export async function published(redis: Redis, project: string): Promise<Published | undefined> {
  const { version, at } = await redis.hgetall(scheduleKeys(project).published);
  return version === undefined ? undefined : { version, at: Number(at) };
}

/**
 * Publishes a plan in the place of the one it was compared with.
 * @param over version of the plan it replaces, `undefined` for the first
 * @throws VedetteError `PLAN_CHANGED` when somebody else published meanwhile, `PLAN_SIZE` beyond the bound
 */
export async function publish(
  redis: Redis,
  plan: Plan,
  bundles: ReadonlyMap<string, string>,
  over: string | undefined,
): Promise<void> {
  const keys = scheduleKeys(plan.project);
  const body = await zip(JSON.stringify(plan));
  if (body.length > planBytesMax) {
    throw new VedetteError('PLAN_SIZE', `the plan takes ${body.length} bytes, more than ${planBytesMax}`, {
      mend: 'Split the probes into several projects.',
    });
  }
  if (bundles.size > 0) await redis.hset(keys.bundles, Object.fromEntries(bundles));
  await redis.set(keys.plan(plan.version), body);
  await redis.sadd(projectsKey, plan.project);
  const done = await redis.eval(compareAndSet, 1, keys.published, over ?? '', plan.version, await redisNow(redis));
  if (done !== 1) {
    throw new VedetteError(
      'PLAN_CHANGED',
      `the published plan of ${plan.project} was changed by somebody else meanwhile`,
      {
        mend: 'Run vedette sync again to compare with the new one.',
      },
    );
  }
  // The audit may still have to count by it for a while.
  if (over !== undefined && over !== plan.version) await redis.expire(keys.plan(over), replacedPlanSeconds);
  await redis.publish(keys.announce, 'published');
}

/** A plan's text, by version; `undefined` when Redis no longer holds it. */
export async function fetchPlan(redis: Redis, project: string, version: string): Promise<Plan | undefined> {
  const body = await redis.getBuffer(scheduleKeys(project).plan(version));
  return body === null ? undefined : (JSON.parse((await unzip(body)).toString()) as Plan);
}

/** The plan that is published now. */
export async function publishedPlan(redis: Redis, project: string): Promise<Plan | undefined> {
  const now = await published(redis, project);
  return now === undefined ? undefined : fetchPlan(redis, project, now.version);
}

/**
 * A bundle's source, by content hash.
 * @throws VedetteError `BUNDLE_GONE`
 */
export async function fetchBundle(redis: Redis, project: string, hash: string): Promise<string> {
  const source = await redis.hget(scheduleKeys(project).bundles, hash);
  if (source === null) {
    throw new VedetteError('BUNDLE_GONE', `Redis holds no bundle ${hash.slice(0, 12)} of ${project}`, {
      mend: 'Run vedette sync: it uploads what is missing.',
    });
  }
  return source;
}

/**
 * The one project that Redis holds, for workers that were not told which to follow.
 * @returns `undefined` while none is there
 * @throws VedetteError `PROJECT_UNCLEAR` when there are several
 */
export async function soleProject(redis: Redis): Promise<string | undefined> {
  const projects = await redis.smembers(projectsKey);
  if (projects.length > 1) {
    throw new VedetteError('PROJECT_UNCLEAR', `Redis holds several projects: ${projects.sort().join(', ')}`, {
      mend: 'Set VEDETTE_PROJECT to the one to follow.',
    });
  }
  return projects[0];
}
