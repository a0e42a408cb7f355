import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../base/time.ts';
import { createArtifactStore, createArtifactUploader } from './artifacts.ts';
import { droppedTotal, noneDropped, tallyDropped } from './dropped.ts';
import { beatEntry, httpProbe, journeyResult, missedEntry, plan, resultEntry, T0 } from './entries.fixture.ts';
import { openHistory } from './history.ts';
import { createMetrics } from './metrics.ts';
import { type RecorderOptions, startRecorder } from './recorder.ts';
import { RedisFixture } from './redis.fixture.ts';
import type { Entry } from './result.ts';
import { publishPosition, resultsKey } from './stream.ts';
import { createStreamWriter } from './writer.ts';

let server: RedisFixture;
let redis: Redis;
let count = 0;
beforeAll(async () => {
  server = await RedisFixture.start();
  redis = server.connect();
});
afterAll(() => server[Symbol.asyncDispose]());

const log = pino({ level: 'silent' });

/** A project of its own with a folder, a writer, and what a recorder needs. */
function scene() {
  const project = `p${++count}`;
  const folder = mkdtempSync(join(tmpdir(), 'vedette-recorder-'));
  const history = openHistory(join(folder, 'history.db'));
  const metrics = createMetrics({ clock: systemClock, build: { version: 'test' } });
  metrics.applyPlan(plan([httpProbe('shop/catalog')]), Date.now());
  const artifacts = createArtifactStore({ dir: join(folder, 'artifacts'), days: 1, mibMax: 10, log });
  const options: RecorderOptions = {
    redis,
    project,
    history,
    metrics,
    artifacts,
    retention: { days: 3_650, mibMax: 100 },
    lingerMs: 5,
    log,
  };
  const write = async (entries: readonly Entry[], entriesMax = 100_000) => {
    await using out = createStreamWriter({ redis, project, entriesMax, log });
    for (const entry of entries) out.write(entry);
    await out.flush();
  };
  onTestFinished(() => {
    history.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const total = () => {
    const { outcomes, missed } = history.counts({ from: 0, to: 2 * T0 });
    return [...Object.values(outcomes), ...Object.values(missed)].reduce((sum, n) => sum + n, 0);
  };
  return { project, folder, options, history, metrics, artifacts, write, total };
}

const slots = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => resultEntry({ scheduledAt: T0 + (from + n) * 1_000 }));

async function sample(metrics: ReturnType<typeof scene>['metrics'], name: string): Promise<number> {
  const line = (await metrics.exposition()).split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

const passes = 'probe_runs_total{probe="shop/catalog",system="shop",vantage="fra",variant="de",outcome="pass"}';

test('what vantages write is in history and metrics, artifacts included, and its position is published', async () => {
  const { options, project, history, metrics, artifacts, write, total } = scene();
  const upload = createArtifactUploader({ redis, project, bytesMax: 1_000_000, log });
  const shot = await upload('screenshot', 'image/png', Buffer.from('a picture'));
  const failed = journeyResult({ artifacts: shot === undefined ? [] : [shot] });
  await using recorder = startRecorder(options);
  await write([
    ...slots(0, 50),
    missedEntry({ scheduledAt: T0 + 60_000 }),
    { type: 'result', result: failed },
    beatEntry(),
  ]);
  await vi.waitFor(() => expect(total()).toBe(52), { timeout: 10_000 });
  expect(history.run(failed.id)).toEqual({ type: 'result', result: failed });
  expect(Buffer.from((await artifacts.read(shot?.hash ?? '')) ?? []).toString()).toBe('a picture');
  expect(await sample(metrics, passes)).toBe(50);
  expect(await sample(metrics, 'vedette_slots_missed_total{vantage="fra",reason="late"}')).toBe(1);
  expect(recorder.health()).toEqual({ ok: true, reasons: [] });
  await vi.waitFor(async () => expect(await redis.hget(`vedette:{${project}}:positions`, 'recorder')).toBeTruthy(), {
    timeout: 5_000,
  });
});

test('a recorder that is killed after a batch was recorded neither loses nor doubles when it comes back', async () => {
  const { options, project, folder, history, metrics, write, total } = scene();
  await write(slots(0, 2_500));
  const script = fileURLToPath(new URL('crashing-recorder.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, [script, server.url, project, folder, '1'], { stdio: 'ignore' });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const before = total();
  expect(before).toBeGreaterThan(1_000);
  expect(before).toBeLessThan(2_500);
  expect(history.position()?.ordinal).toBe(before);
  expect(await redis.hget(`vedette:{${project}}:positions`, 'recorder')).not.toBe(history.position()?.id);
  await write([...slots(2_400, 2_600), missedEntry({ scheduledAt: T0 + 1_000 })]);
  await using _recorder = startRecorder(options);
  await vi.waitFor(() => expect(history.position()?.ordinal).toBe(2_701), { timeout: 10_000 });
  expect(total()).toBe(2_600);
  expect(history.lastRuns('shop/catalog[de]@fra', { limit: 10_000 })).toHaveLength(2_600);
  expect(await sample(metrics, passes)).toBe(2_600 - before);
  expect(await sample(metrics, 'vedette_results_dropped_total')).toBe(0);
});

test('what the hard bound cost while the recorder was away is counted, and stays counted', async () => {
  const { options, history, metrics, write } = scene();
  {
    await using _recorder = startRecorder(options);
    await write(slots(0, 10));
    await vi.waitFor(() => expect(history.position()?.ordinal).toBe(10), { timeout: 10_000 });
  }
  await write(slots(10, 3_000), 1_000);
  const left = await redis.xlen(resultsKey(options.project));
  {
    await using _recorder = startRecorder(options);
    await vi.waitFor(() => expect(history.position()?.ordinal).toBe(3_000), { timeout: 10_000 });
    expect(await sample(metrics, 'vedette_results_dropped_total')).toBe(2_990 - left);
  }
  const next = createMetrics({ clock: systemClock, build: { version: 'test' } });
  await using _recorder = startRecorder({ ...options, metrics: next });
  expect(await sample(next, 'vedette_results_dropped_total')).toBe(2_990 - left);
});

test('a recorder that starts again shows the last values at once, missed slots between them or not', async () => {
  const { options, history, write } = scene();
  const now = Date.now();
  const at = (ago: number) => ({ scheduledAt: now - ago });
  {
    await using _recorder = startRecorder(options);
    await write([
      resultEntry({ ...at(35_000), durationMs: 250 }),
      missedEntry(at(5_000)),
      resultEntry({ ...at(9_000), vantage: 'par' }),
    ]);
    await vi.waitFor(() => expect(history.position()?.ordinal).toBe(3), { timeout: 10_000 });
  }
  const metrics = createMetrics({
    clock: systemClock,
    build: { version: 'test' },
    lastResult: (check, since) => history.lastResult(check.id, since),
  });
  metrics.applyPlan(plan([httpProbe('shop/catalog')]), now - 3_600_000);
  expect(await sample(metrics, passes.replace('runs_total', 'success').replace(',outcome="pass"', ''))).toBe(1);
  expect(
    await sample(metrics, 'probe_duration_seconds{probe="shop/catalog",system="shop",vantage="fra",variant="de"}'),
  ).toBe(0.25);
  expect(await sample(metrics, passes)).toBe(0);
});

test('a vantage that dropped results is counted once, process by process, whatever is repeated', () => {
  const batch = (instance: string, droppedResults: number, at: number, dropped = 0) => ({
    entries: [{ id: '1-0', entry: beatEntry({ instance, droppedResults, at }) }],
    dropped,
    redisAt: at,
  });
  expect(tallyDropped(noneDropped, batch('a', 0, T0))).toBe(noneDropped);
  const day = 86_400_000;
  const tally = [
    batch('a', 3, T0),
    batch('a', 5, T0 + 1),
    batch('a', 3, T0),
    batch('b', 2, T0 + 2, 10),
    batch('a', 5, T0 + 6 * day),
    batch('c', 1, T0 + 8 * day),
  ].reduce(tallyDropped, noneDropped);
  expect(droppedTotal(tally)).toBe(5 + 2 + 10 + 1);
  expect(Object.keys(tally.processes)).toEqual(['a', 'c']);
});

test('while the history cannot be written nothing is lost, and health says so', async () => {
  const { options, history, write, total } = scene();
  const time = { now: Date.now() };
  let broken = true;
  const faulty = {
    ...options.history,
    record: (...given: Parameters<typeof history.record>) => {
      if (broken) throw new Error('the disk is full');
      return history.record(...given);
    },
  };
  await using recorder = startRecorder({ ...options, history: faulty, clock: { now: () => time.now } });
  await write(slots(0, 10));
  await vi.waitFor(
    () => {
      time.now += 5_000;
      expect(recorder.health().reasons).toContainEqual('results cannot be recorded: the disk is full');
    },
    { timeout: 10_000, interval: 50 },
  );
  expect(total()).toBe(0);
  broken = false;
  await vi.waitFor(() => expect(total()).toBe(10), { timeout: 10_000 });
  expect(recorder.health().reasons).not.toContainEqual('results cannot be recorded: the disk is full');
});

test('recording goes on when Redis comes back, and the audit rests meanwhile', async () => {
  const { options, write, total } = scene();
  const audits: number[] = [];
  const audit: RecorderOptions['audit'] = ({ redisAt, recordedUpTo }) => {
    expect(recordedUpTo).toBeLessThanOrEqual(redisAt);
    audits.push(recordedUpTo);
  };
  await using _recorder = startRecorder({ ...options, audit, auditEveryMs: 20 });
  await write(slots(0, 100));
  await vi.waitFor(() => expect(total()).toBe(100), { timeout: 10_000 });
  await vi.waitFor(() => expect(audits.length).toBeGreaterThan(2), { timeout: 10_000 });
  await server.kill();
  await server.up();
  const before = audits.at(-1) ?? 0;
  await write(slots(100, 200));
  await vi.waitFor(() => expect(total()).toBe(200), { timeout: 10_000 });
  await vi.waitFor(() => expect(audits.at(-1)).toBeGreaterThan(before), { timeout: 10_000 });
});

test('a recorder ends at once also while Redis is away', async () => {
  const { options, write, total } = scene();
  const recorder = startRecorder({ ...options, audit: async () => void (await redis.ping()), auditEveryMs: 5 });
  await write(slots(0, 5));
  await vi.waitFor(() => expect(total()).toBe(5), { timeout: 10_000 });
  await publishPosition(redis, options.project, 'other', '0-1');
  await server.kill();
  await vi.waitFor(() => expect(redis.status).not.toBe('ready'), { timeout: 5_000 });
  const began = performance.now();
  await recorder[Symbol.asyncDispose]();
  expect(performance.now() - began).toBeLessThan(2_000);
  await server.up();
});
