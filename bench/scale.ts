/**
 * How many http checks one machine carries: a scheduler, one vantage and a recorder as their own processes, a
 * Redis, and a target that answers at once.
 *
 *   npm run bench:scale -- --checks 10000 --every 30s --seconds 180
 *
 * Prints how late runs began, what was missed and why, what each process and Redis used, and how long one more
 * probe takes until it is in force. `--redis URL` takes a Redis that runs; without it one is started.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { startEmbeddedRedis } from '../src/base/embedded-redis.ts';
import { createLog } from '../src/base/log.ts';
import { connectRedis } from '../src/base/redis.ts';
import { parseDuration } from '../src/base/time.ts';
import { checksOf, type HttpProbe, type Plan } from '../src/probe/definition.ts';
import { forceRecords } from '../src/schedule/force.ts';
import { publish } from '../src/schedule/published.ts';
import { nextSlot } from '../src/schedule/slots.ts';
import { closingsIn, quantile, slotsExpected, tally, unclosedIn } from '../tests/reckoning.fixture.ts';
import { planOf, probesOf, until, Workers } from '../tests/system.fixture.ts';

const vantage = 'fra';
const timeoutMs = 5_000;
/** The last runs' results are recorded within this; a slot still open then waits for its audit, at most 64 s. */
const recordedMsMax = 8_000;
const auditedMsMax = 90_000;
const ticksPerSecond = 100;

interface Options {
  readonly checks: number;
  readonly everyMs: number;
  readonly seconds: number;
  readonly redis: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      checks: { type: 'string', default: '10000' },
      every: { type: 'string', default: '30s' },
      seconds: { type: 'string', default: '180' },
      redis: { type: 'string' },
    },
  });
  const [checks, seconds] = [Number(values.checks), Number(values.seconds)];
  const everyMs = parseDuration(values.every) ?? 0;
  if (!(checks >= 1 && seconds >= 1 && everyMs >= 1_000)) {
    throw new Error('usage: --checks NUMBER --every DURATION (1s at the least) --seconds NUMBER [--redis URL]');
  }
  return { checks, everyMs, seconds, redis: values.redis };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What a process used so far, from /proc. */
function usage(pid: number): { cpuSeconds: number; rssMib: number } {
  try {
    // After the name, which may hold spaces: the fields from the third on.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, rssMib: Number(rss) / 1_024 };
  } catch {
    return { cpuSeconds: Number.NaN, rssMib: Number.NaN };
  }
}

async function redisCounts(
  redis: Redis,
): Promise<{ pid: number; commands: number; memoryMib: number; peakMib: number }> {
  const info = await redis.info();
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  return {
    pid: field('process_id'),
    commands: field('total_commands_processed'),
    memoryMib: field('used_memory') / 2 ** 20,
    peakMib: field('used_memory_peak') / 2 ** 20,
  };
}

interface Target {
  readonly child: ChildProcess;
  readonly origin: string;
}

async function startTarget(): Promise<Target> {
  const child = spawn(process.execPath, ['bench/target.ts'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  if (child.stdout === null) throw new Error('the target cannot be heard');
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, origin: said.toString().trim() };
}

async function timesAsked(target: ChildProcess): Promise<number> {
  target.send('how often?');
  const [asked] = await once(target, 'message');
  return Number(asked);
}

/** When the plan is in force at the vantage, epoch ms; resolves once that time has come. */
function inForce(redis: Redis, plan: Plan): Promise<number> {
  return until('the plan is in force', 60_000, async () => {
    const last = (await forceRecords(redis, plan.project, vantage)).at(-1);
    return last?.version === plan.version && last.from <= Date.now() && last.from;
  });
}

async function measured<T>(text: string, ms: number, note: () => T | Promise<T>): Promise<void> {
  const end = Date.now() + ms;
  for (let left = ms; left > 0; left = end - Date.now()) {
    say(`${text}: ${Math.ceil(left / 1_000)} s to go; ${await note()}`);
    await delay(Math.min(left, 15_000));
  }
}

async function reportRuns(historyFile: string, plan: Plan, from: number, to: number): Promise<void> {
  const slots = slotsExpected([plan], new Map([[vantage, [{ version: plan.version, from }]]]), to);
  const open = () => unclosedIn(historyFile, slots).length;
  await until('the last results are recorded', recordedMsMax, () => open() === 0).catch(() => {
    say(`${open()} slots are not closed yet; waiting for the audit`);
  });
  await until('every slot is closed', auditedMsMax, () => open() === 0).catch(() => {});
  const closings = [...closingsIn(historyFile, to)].filter(([slot]) => slots.has(slot)).map(([, closed]) => closed);
  const lateness = closings.flatMap(({ lateMs }) => lateMs ?? []);
  const late = (part: number) => `${quantile(lateness, part).toFixed(1)} ms`;
  say(`\nslots     ${slots.size}, of which closed ${closings.length}: ${tally(closings.map(({ how }) => how))}`);
  say(`missed    ${tally(closings.map(({ how }) => how).filter((how) => how.startsWith('missed')))}`);
  say(`lateness  p50 ${late(0.5)}, p99 ${late(0.99)}, p99.9 ${late(0.999)}, most ${late(1)}`);
}

interface Use {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly rssMib: number;
}

type RedisCounts = Awaited<ReturnType<typeof redisCounts>>;

/** @param used seconds of CPU that each process had used when the measurement began */
function reportUse(
  rows: readonly Use[],
  used: ReadonlyMap<string, number>,
  redis: { before: RedisCounts; after: RedisCounts; seconds: number },
): void {
  const { before, after, seconds } = redis;
  for (const { name, cpuSeconds, rssMib } of rows) {
    const cpu = cpuSeconds - (used.get(name) ?? 0);
    const core = ((cpu / seconds) * 100).toFixed(1);
    say(`${name.padEnd(9)} CPU ${cpu.toFixed(1)} s (${core} % of a core), RSS ${rssMib.toFixed(0)} MiB`);
  }
  const perSecond = ((after.commands - before.commands) / seconds).toFixed(0);
  const memory = `${after.memoryMib.toFixed(1)} MiB (peak ${after.peakMib.toFixed(1)})`;
  say(`redis     used_memory ${memory}, ${perSecond} commands/s`);
}

async function addOneProbe(redis: Redis, plan: Plan, probes: readonly HttpProbe[], extra: HttpProbe): Promise<void> {
  const next = planOf(plan.project, [vantage], [...probes, extra]);
  const askedAt = Date.now();
  await publish(redis, next, new Map(), plan.version);
  const from = await inForce(redis, next);
  const [check] = checksOf(extra);
  const due = check === undefined ? Number.NaN : nextSlot(check, from);
  const seconds = (at: number) => `${((at - askedAt) / 1_000).toFixed(2)} s`;
  say(`one probe more: in force ${seconds(from)} after it was published; its first run was due after ${seconds(due)}`);
}

async function run(options: Options, redisUrl: string, dataDir: string, target: Target): Promise<void> {
  const project = `scale-${process.pid}`;
  const redis = connectRedis(redisUrl, { name: 'bench' });
  await using workers = new Workers({
    VEDETTE_REDIS_URL: redisUrl,
    VEDETTE_PROJECT: project,
    VEDETTE_DATA_DIR: dataDir,
    VEDETTE_LOG_LEVEL: 'warn',
  });
  const { checks, everyMs, seconds } = options;
  const all = probesOf({
    count: checks + 1,
    vantages: [vantage],
    everyMs: [everyMs],
    timeoutMs,
    origin: target.origin,
  });
  const probes = all.slice(0, checks);
  const plan = planOf(project, [vantage], probes);
  const started = performance.now();
  await publish(redis, plan, new Map(), undefined);
  const processes = new Map([
    ['scheduler', workers.start('scheduler', 'scheduler').pid],
    ['vantage', workers.start('vantage', 'vantage', { VEDETTE_VANTAGE: vantage }).pid],
    ['recorder', workers.start('recorder', 'recorder').pid],
    ['target', target.child.pid ?? 0],
  ]);
  const from = await inForce(redis, plan);
  say(
    `${checks} checks every ${everyMs / 1_000} s in force ${((performance.now() - started) / 1_000).toFixed(1)} s after the start`,
  );

  const before = await redisCounts(redis);
  processes.set('redis', before.pid);
  const askedBefore = await timesAsked(target.child);
  const used = new Map([...processes].map(([name, pid]) => [name, usage(pid).cpuSeconds]));
  const vantagePid = processes.get('vantage') ?? 0;
  await measured('measuring', seconds * 1_000, () => `vantage ${usage(vantagePid).rssMib.toFixed(0)} MiB`);
  const to = Date.now();
  const after = await redisCounts(redis);
  const asked = (await timesAsked(target.child)) - askedBefore;
  const rows = [...processes].map(([name, pid]) => ({ name, ...usage(pid) }));

  await reportRuns(join(dataDir, 'history.db'), plan, from, to);
  reportUse(rows, used, { before, after, seconds: (to - from) / 1_000 });
  say(`target    asked ${asked} times while this was measured, by its own count`);
  const [extra] = all.slice(checks);
  if (extra !== undefined) await addOneProbe(redis, plan, probes, extra);
  for (const trouble of workers.troubles().slice(0, 20)) say(trouble);
  redis.disconnect();
}

const options = readOptions();
const dataDir = mkdtempSync(join(tmpdir(), 'vedette-scale-'));
const target = await startTarget();
try {
  const log = createLog('bench', 'warn');
  await using embedded = options.redis === undefined ? await startEmbeddedRedis({ dataDir, log }) : undefined;
  await run(options, options.redis ?? embedded?.url ?? '', dataDir, target);
} finally {
  target.child.kill();
  rmSync(dataDir, { recursive: true, force: true });
}
