/**
 * Death and standstill of every part in the middle of a running plan of 540 checks. Afterwards every slot must be
 * closed by exactly one result or one missed slot, and the target must not have been asked for any slot twice.
 *
 * `VEDETTE_CHAOS_SECONDS=300 npx vitest run tests/chaos.test.ts` is the long run.
 */
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { tryPort } from '../src/base/port.ts';
import type { Plan } from '../src/probe/definition.ts';
import { RedisFixture } from '../src/result/redis.fixture.ts';
import { forceRecords, type InForce } from '../src/schedule/force.ts';
import { publish } from '../src/schedule/published.ts';
import {
  askedTwice,
  type Closed,
  closingsIn,
  passedUnasked,
  quantile,
  slotsExpected,
  tally,
  unclosedIn,
} from './reckoning.fixture.ts';
import { tapStream } from './stream-tap.fixture.ts';
import { planOf, probesOf, Target, until, type WorkerProcess, Workers } from './system.fixture.ts';

const project = 'chaos';
const vantages = ['fra', 'par', 'nyc'];
const lasting = Number(process.env.VEDETTE_CHAOS_SECONDS ?? 75) * 1_000;
/** Longer than a job's lock, and than a vantage may be silent before it is called gone. */
const standstillMs = Math.max(20_000, lasting / 5);
/** A supervisor starts a dead process again after so long. */
const restartMs = 2_000;
/** A slot is audited at the latest after its patience, which for these checks is 64 s. */
const auditedMsMax = 120_000;
const active = 'this scheduler is active';

interface Event {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly note?: string;
}

/** Everything that runs. */
interface Whole {
  readonly redisServer: RedisFixture;
  readonly redis: Redis;
  readonly workers: Workers;
  readonly webPort: number;
  readonly running: Map<string, WorkerProcess>;
}

function startWorker(whole: Whole, name: string): WorkerProcess {
  const { workers, webPort, running } = whole;
  const worker = vantages.includes(name)
    ? workers.start(name, 'vantage', { VEDETTE_VANTAGE: name })
    : name === 'recorder'
      ? workers.start(name, 'recorder')
      : name === 'web'
        ? workers.start(name, 'web', { VEDETTE_WEB_PORT: String(webPort) })
        : workers.start(name, 'scheduler');
  running.set(name, worker);
  return worker;
}

function workerOf({ running }: Whole, name: string): WorkerProcess {
  const worker = running.get(name);
  if (worker === undefined) throw new Error(`no worker ${name}`);
  return worker;
}

async function killAndRestart(whole: Whole, name: string, ready: string): Promise<Event> {
  const from = Date.now();
  await workerOf(whole, name).end('SIGKILL');
  await delay(restartMs);
  const again = startWorker(whole, name);
  await until(`${name} is at work again`, 20_000, () => again.said(ready));
  return { name: `kill -9 ${name}`, from, to: Date.now() };
}

/** Kills the active scheduler just as a new plan is published: the standby has to bring it in force. */
async function killScheduler(whole: Whole, before: Plan, after: Plan): Promise<Event> {
  const schedulers = ['scheduler-1', 'scheduler-2'].map((name) => workerOf(whole, name));
  const [holder, standby] = schedulers.sort((a, b) => (b.said(active) ?? 0) - (a.said(active) ?? 0));
  if (holder === undefined || standby === undefined) throw new Error('two schedulers were started');
  expect(standby.said(active)).toBeUndefined();
  const from = Date.now();
  await holder.end('SIGKILL');
  await publish(whole.redis, after, new Map(), before.version);
  const took = await until('the standby takes over', 10_000, () => standby.said(active));
  await until('the new plan is put in force everywhere', 20_000, async () => {
    const last = await Promise.all(
      vantages.map(async (each) => (await forceRecords(whole.redis, project, each)).at(-1)),
    );
    return last.every((record) => record?.version === after.version && record.from < Date.now());
  });
  startWorker(whole, holder.name);
  const note = `standby active after ${took - from} ms, new plan in force ${Date.now() - from} ms after the death`;
  return { name: 'kill -9 active scheduler', from, to: Date.now(), note };
}

async function killRedis({ redisServer, redis }: Whole): Promise<Event> {
  const from = Date.now();
  await redisServer.kill();
  await delay(restartMs);
  await redisServer.up();
  await redis.ping();
  return { name: 'kill -9 redis', from, to: Date.now() };
}

async function standStill(whole: Whole, name: string): Promise<Event> {
  const worker = workerOf(whole, name);
  const from = Date.now();
  worker.signal('SIGSTOP');
  await delay(standstillMs);
  worker.signal('SIGCONT');
  return { name: `stop ${name}`, from, to: Date.now() };
}

async function disturb(whole: Whole, before: Plan, after: Plan, startedAt: number): Promise<Event[]> {
  const events: Event[] = [];
  const steps: readonly [part: number, () => Promise<Event>][] = [
    [0.06, () => killAndRestart(whole, 'fra', 'vantage is at work')],
    [0.2, () => killAndRestart(whole, 'recorder', 'recorder is at work')],
    [0.3, () => killScheduler(whole, before, after)],
    [0.45, () => killAndRestart(whole, 'web', 'web is at work')],
    [0.55, () => killRedis(whole)],
    [0.65, () => standStill(whole, 'par')],
  ];
  for (const [part, step] of steps) {
    await delay(Math.max(0, startedAt + part * lasting - Date.now()));
    events.push(await step());
  }
  await delay(Math.max(0, startedAt + lasting - Date.now()));
  return events;
}

async function inForceNow(redis: Redis): Promise<Map<string, InForce[]>> {
  return new Map(
    await Promise.all(vantages.map(async (each) => [each, await forceRecords(redis, project, each)] as const)),
  );
}

/** A slot due shortly before may have been under way; the job of one shortly after was due within. */
function touches({ from, to }: Event, { at }: Closed): boolean {
  return at >= from - 3_000 && at < to + 3_000;
}

function report(events: readonly Event[], closings: ReadonlyMap<string, Closed>, seconds: number): string {
  const all = [...closings.values()];
  const failures = all.filter(({ how }) => how !== 'pass');
  const lateness = all.flatMap(({ lateMs }) => lateMs ?? []);
  const lines = [
    `${all.length} slots in ${seconds.toFixed(0)} s: ${tally(all.map(({ how }) => how))}`,
    `lateness of runs: p50 ${quantile(lateness, 0.5).toFixed(0)} ms, p99 ${quantile(lateness, 0.99).toFixed(0)} ms, most ${quantile(lateness, 1).toFixed(0)} ms`,
    ...events.map((event) => {
      const touched = failures.filter((closed) => touches(event, closed));
      const said = event.note === undefined ? '' : `; ${event.note}`;
      const seconds = ((event.to - event.from) / 1_000).toFixed(1);
      return `${event.name} (${seconds} s): not passed: ${tally(touched.map(({ how }) => how))}${said}`;
    }),
    `at no event: not passed: ${tally(failures.filter((closed) => !events.some((event) => touches(event, closed))).map(({ how }) => how))}`,
  ];
  return `\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** Runs that began between a standstill's end and 5 s after, per slot that is due in that time. */
function burstAfter({ to }: Event, closings: ReadonlyMap<string, Closed>, vantage: string): number {
  const here = [...closings.values()].filter(({ check }) => check.endsWith(`@${vantage}`));
  const begun = here.filter(({ at, lateMs }) => lateMs !== undefined && at + lateMs >= to && at + lateMs < to + 5_000);
  const due = here.filter(({ at }) => at >= to && at < to + 5_000);
  return begun.length / due.length;
}

test(
  'whatever dies, every slot is closed once, and none is asked twice',
  async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'vedette-chaos-'));
    const dataDir = folder.path;
    await using target = await Target.start(1_200);
    await using redisServer = await RedisFixture.start();
    const redis = redisServer.connect();
    await using workers = new Workers({
      VEDETTE_REDIS_URL: redisServer.url,
      VEDETTE_PROJECT: project,
      VEDETTE_DATA_DIR: dataDir,
    });
    await using tap = tapStream(redis, project);
    const whole: Whole = { redisServer, redis, workers, webPort: await tryPort('127.0.0.1', 0), running: new Map() };
    const probes = probesOf({
      count: 570,
      vantages,
      everyMs: [5_000, 7_500, 10_000],
      timeoutMs: 2_500,
      origin: target.origin,
    });
    const [before, after] = [
      planOf(project, vantages, probes.slice(0, 540)),
      planOf(project, vantages, probes.slice(15)),
    ];
    await publish(redis, before, new Map(), undefined);
    for (const name of ['scheduler-1', 'scheduler-2', 'recorder', 'web', ...vantages]) startWorker(whole, name);
    const startedAt = await until('the plan is in force everywhere', 60_000, async () => {
      const starts = [...(await inForceNow(redis)).values()].map(([first]) => first?.from ?? Number.POSITIVE_INFINITY);
      return Math.max(...starts) < Date.now() && Math.max(...starts);
    });

    const events = await disturb(whole, before, after, startedAt);
    const end = Date.now();
    const slots = slotsExpected([before, after], await inForceNow(redis), end);
    const historyFile = join(dataDir, 'history.db');
    await until('every slot is closed', auditedMsMax, () => unclosedIn(historyFile, slots).length === 0).catch(() => {
      process.stdout.write(`${tally(workers.troubles())}\n`);
    });

    const closings = closingsIn(historyFile, end);
    process.stdout.write(report(events, closings, (end - startedAt) / 1_000));
    expect([...slots].filter((slot) => !closings.has(slot))).toEqual([]);
    expect([...closings.keys()].filter((slot) => !slots.has(slot))).toEqual([]);
    expect(closings.size).toBe(slots.size);
    // All went on while the last slots were waited for, so the log is held to the slots up to now.
    const all = slotsExpected([before, after], await inForceNow(redis), Date.now());
    expect(askedTwice(tap.runs, target.asked, all)).toEqual([]);
    expect(passedUnasked(historyFile, target.asked, closings)).toEqual([]);

    const stopped = events.at(-1);
    if (stopped === undefined) throw new Error('nothing happened');
    const during = [...closings.values()].filter(
      ({ check, at }) => check.endsWith('@par') && at > stopped.from + 2_000 && at < stopped.to - 2_500,
    );
    // Nothing was run while it stood still, and nothing late in a burst.
    expect(tally(during.map(({ how }) => how.split('/')[0] ?? ''))).not.toContain('pass');
    expect(burstAfter(stopped, closings, 'par')).toBeLessThan(1.5);
    expect(await fetch(`http://127.0.0.1:${whole.webPort}/healthz`).then(({ status }) => status)).toBe(200);
  },
  lasting + standstillMs + auditedMsMax + 90_000,
);
