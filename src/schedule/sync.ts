/**
 * What loaded → what is published: compared, shown by whoever asks, performed, tidied up after.
 *
 * Two people may sync at once. Publishing is by compare-and-set, so one of them is told. Tidying takes away only
 * while the plan it tidied for is still the published one, and each looks once more, after publishing, whether all
 * that its plan needs is still there.
 */
import type { Redis } from 'ioredis';
import { VedetteError } from '../base/errors.ts';
import type { Plan } from '../probe/definition.ts';
import type { Loaded } from '../probe/load.ts';
import { carryOver, type Kept, planBundles } from '../probe/plan.ts';
import { type Difference, difference } from './difference.ts';
import { forceRecords } from './force.ts';
import { scheduleKeys } from './keys.ts';
import { fetchPlan, type Published, publish, published, soleProject } from './published.ts';

/** Of a vantage's in-force records, so many of the last may still be run by: the one in force and the one to come. */
const recentRecords = 2;
/** Names that one tidying command carries. */
const namesAtOnceMax = 500;
/** Keys that Redis looks at in one step of a scan. */
const scanKeysPerStep = 1_000;

/** A sync that was thought through and not yet performed. */
export interface PreparedSync {
  /** What would be published. */
  readonly plan: Plan;
  readonly difference: Difference;
  /** Probes of broken files, which stay as they were. */
  readonly kept: readonly Kept[];
  /** What is published now. */
  readonly before: Published | undefined;
  /** The plan is another one than the published. */
  readonly changed: boolean;
  /** Bundles that the plan needs and Redis does not hold: content hash → source. */
  readonly missing: ReadonlyMap<string, string>;
  /** All bundles that were loaded. */
  readonly bundles: ReadonlyMap<string, string>;
}

/**
 * Compares what was loaded with what is published; changes nothing.
 * @param project the one that was asked for, if any; where the landscape is broken and none was, the only one in Redis
 * @throws VedetteError `PROJECT_OTHER`, `PROJECT_UNCLEAR`, or `PLAN_NONE` when there is nothing that could be in force
 */
export async function prepareSync(redis: Redis, loaded: Loaded, project?: string): Promise<PreparedSync> {
  const name = await projectOf(redis, loaded, project);
  const before = name === undefined ? undefined : await published(redis, name);
  const old = name === undefined || before === undefined ? undefined : await fetchPlan(redis, name, before.version);
  const { plan, kept } = carryOver(loaded, old);
  if (plan === undefined) {
    throw new VedetteError(
      'PLAN_NONE',
      'the landscape cannot be used, and no plan is published that could stay in force',
      {
        mend: 'Correct its faults; vedette validate lists them.',
      },
    );
  }
  return {
    plan,
    kept,
    before,
    difference: difference(old, plan),
    // Without its text the published plan is of no use, whatever its version.
    changed: old === undefined || before?.version !== plan.version,
    missing: await missingBundles(redis, plan, loaded.bundles),
    bundles: loaded.bundles,
  };
}

/**
 * Publishes what was prepared and takes out of Redis what no plan needs any more. Where nothing differs and nothing
 * is missing, it does nothing.
 * @throws VedetteError `PLAN_CHANGED` when somebody else published since it was prepared, `PLAN_SIZE`
 */
export async function performSync(
  redis: Redis,
  prepared: PreparedSync,
): Promise<'published' | 'repaired' | 'unchanged'> {
  const { plan, before, changed, missing } = prepared;
  if (!changed && missing.size === 0) return 'unchanged';
  await publish(redis, plan, missing, before?.version);
  await tidy(redis, plan, before);
  // Another sync may have tidied away, just before ours was published, what we had found there.
  const gone = await missingBundles(redis, plan, prepared.bundles);
  const textGone = (await redis.exists(scheduleKeys(plan.project).plan(plan.version))) === 0;
  if (gone.size > 0 || textGone) await publish(redis, plan, gone, plan.version);
  return changed ? 'published' : 'repaired';
}

async function projectOf(redis: Redis, { landscape }: Loaded, asked: string | undefined): Promise<string | undefined> {
  if (landscape === undefined) return asked ?? (await soleProject(redis));
  if (asked !== undefined && asked !== landscape.project) {
    throw new VedetteError(
      'PROJECT_OTHER',
      `VEDETTE_PROJECT is ${asked}, but the landscape is that of ${landscape.project}`,
      {
        mend: 'Unset VEDETTE_PROJECT, or point VEDETTE_PROBES_DIR to the probes of that project.',
      },
    );
  }
  return landscape.project;
}

async function missingBundles(
  redis: Redis,
  plan: Plan,
  bundles: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const held = new Set(await redis.hkeys(scheduleKeys(plan.project).bundles));
  const missing = new Map<string, string>();
  for (const hash of planBundles(plan)) {
    const source = bundles.get(hash);
    // That of a kept probe is in Redis alone.
    if (source !== undefined && !held.has(hash)) missing.set(hash, source);
  }
  return missing;
}

/** Takes away bundles and plans that neither the published plan, nor the one before, nor a vantage needs. */
async function tidy(redis: Redis, plan: Plan, before: Published | undefined): Promise<void> {
  const keys = scheduleKeys(plan.project);
  const { run, counted } = await versionsInUse(redis, plan.project);
  const current = [plan.version, ...(before === undefined ? [] : [before.version])];
  const used = new Set(planBundles(plan));
  for (const version of new Set([...current, ...run])) {
    const old = version === plan.version ? undefined : await fetchPlan(redis, plan.project, version);
    for (const hash of old === undefined ? [] : planBundles(old)) used.add(hash);
  }
  const bundles = (await redis.hkeys(keys.bundles)).filter((hash) => !used.has(hash));
  const needed = new Set([...current, ...counted].map(keys.plan));
  const plans = (await planKeys(redis, keys.plan('*'))).filter((key) => !needed.has(key));
  for (let i = 0; i < Math.max(bundles.length, plans.length); i += namesAtOnceMax) {
    const some = plans.slice(i, i + namesAtOnceMax);
    const hashes = bundles.slice(i, i + namesAtOnceMax);
    await redis.eval(takeAway, 2 + some.length, keys.published, keys.bundles, ...some, plan.version, ...hashes);
  }
}

/** Only while the plan that was tidied for is the published one: another's uploads are not ours to judge. */
const takeAway = `
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
for i = 3, #KEYS do redis.call('UNLINK', KEYS[i]) end
for i = 2, #ARGV do redis.call('HDEL', KEYS[2], ARGV[i]) end
return 1`;

/** Versions that vantages may still run by, and those by which slots may still be counted. */
async function versionsInUse(redis: Redis, project: string): Promise<{ run: Set<string>; counted: Set<string> }> {
  const run = new Set<string>();
  const counted = new Set<string>();
  for (const vantage of await redis.smembers(scheduleKeys(project).vantagesEver)) {
    const records = await forceRecords(redis, project, vantage);
    for (const { version } of records) counted.add(version);
    for (const { version } of records.slice(-recentRecords)) run.add(version);
  }
  return { run, counted };
}

async function planKeys(redis: Redis, pattern: string): Promise<string[]> {
  const found: string[] = [];
  for (let cursor = '0'; ; ) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', scanKeysPerStep);
    found.push(...keys);
    if (next === '0') return found;
    cursor = next;
  }
}
