import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { missedEntry, resultEntry, T0 } from './entries.fixture.ts';
import { type Batch, createStreamReader } from './reader.ts';
import { RedisFixture } from './redis.fixture.ts';
import type { Entry } from './result.ts';
import { type Position, publishPosition, resultsKey, trimStream } from './stream.ts';
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
const project = () => `p${++count}`;
const entry = (n: number) => missedEntry({ scheduledAt: T0 + n });
const at = (e: Entry) => (e.type === 'missed' ? e.missed.scheduledAt - T0 : Number.NaN);

function writer(name: string, over: { entriesMax?: number; bufferBytesMax?: number; disposeMsMax?: number } = {}) {
  return createStreamWriter({ redis, project: name, entriesMax: 100_000, log, ...over });
}

async function fill(name: string, from: number, to: number, entriesMax = 100_000): Promise<void> {
  await using out = writer(name, { entriesMax });
  for (let n = from; n < to; n++) out.write(entry(n));
  await out.flush();
}

/** Reads until `wanted` entries came or, with 0, one batch. */
async function read(name: string, from: Position | undefined, wanted: number, to = log, batchEntriesMax = 100) {
  await using reader = createStreamReader({
    redis,
    project: name,
    name: 'test',
    from,
    log: to,
    blockMsMax: 200,
    batchEntriesMax,
  });
  const batches: Batch[] = [];
  for await (const batch of reader) {
    batches.push(batch);
    if (batches.flatMap((b) => b.entries).length >= wanted) break;
  }
  const entries = batches.flatMap((b) => b.entries.map((e) => at(e.entry)));
  const position = batches.at(-1)?.position;
  return { batches, entries, position, dropped: batches.reduce((sum, b) => sum + b.dropped, 0) };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

test('what is written is read, in order and in batches, and a position goes on where it stood', async () => {
  const name = project();
  await fill(name, 0, 250);
  const first = await read(name, undefined, 250);
  expect(first.entries).toEqual(upTo(0, 250));
  expect(first.batches.map((b) => b.entries.length)).toEqual([100, 100, 50]);
  expect(first.position?.ordinal).toBe(250);
  expect(first.batches[0]?.position.ordinal).toBe(100);
  await fill(name, 250, 260);
  const second = await read(name, first.batches[0]?.position, 160);
  expect(second.entries).toEqual(upTo(100, 260));
  expect(second.dropped).toBe(0);
});

test('a reader that waits gets news at once, and is told how far the stream is read', async () => {
  const name = project();
  await using reader = createStreamReader({ redis, project: name, name: 'test', from: undefined, log });
  const seen: Batch[] = [];
  const reading = (async () => {
    for await (const batch of reader) seen.push(batch);
  })();
  await vi.waitFor(() => expect(reader.status.heardAt).toBeGreaterThan(0), { timeout: 5_000 });
  await using out = writer(name);
  out.write(entry(1));
  await vi.waitFor(() => expect(seen.length).toBe(1), { timeout: 5_000 });
  expect(seen[0]?.readUpTo).toBe(seen[0]?.redisAt);
  const { redisAt } = reader.status;
  await vi.waitFor(() => expect(reader.status.redisAt).toBeGreaterThan(redisAt), { timeout: 5_000 });
  await reader[Symbol.asyncDispose]();
  await reading;
});

test('entries that are no entries are counted and skipped', async () => {
  const name = project();
  await redis.xadd(resultsKey(name), '*', 'e', 'nonsense');
  await redis.xadd(resultsKey(name), '*', 'other', '{}');
  await fill(name, 0, 1);
  const { batches, entries } = await read(name, undefined, 1);
  expect(entries).toEqual([0]);
  expect(batches[0]?.undecodable).toBe(2);
});

test('the hard bound holds, and what it cost a reader is counted exactly', async () => {
  const name = project();
  await fill(name, 0, 50);
  const { position } = await read(name, undefined, 50);
  await fill(name, 50, 3_000, 1_000);
  const length = await redis.xlen(resultsKey(name));
  expect(length).toBeLessThan(1_200);
  const after = await read(name, position, length);
  expect(after.entries).toEqual(upTo(3_000 - length, 3_000));
  expect(after.dropped).toBe(3_000 - 50 - length);
  expect(after.position?.ordinal).toBe(3_000);
});

test('the first start, without a position, loses nothing by what was trimmed before', async () => {
  const name = project();
  await fill(name, 0, 3_000, 1_000);
  const length = await redis.xlen(resultsKey(name));
  const first = await read(name, undefined, length);
  expect(first.dropped).toBe(0);
  expect(first.position?.ordinal).toBe(3_000);
});

test('the stream is trimmed behind its slowest reader, and not while one has no position', async () => {
  const name = project();
  await fill(name, 0, 1_000);
  const fast = await read(name, undefined, 1_000);
  const slow = await read(name, undefined, 300);
  await publishPosition(redis, name, 'fast', fast.position?.id ?? '');
  const readers = ['fast', 'slow'];
  expect(await trimStream({ redis, project: name, readers })).toBe(0);
  await publishPosition(redis, name, 'slow', slow.position?.id ?? '');
  expect(await trimStream({ redis, project: name, readers })).toBeGreaterThan(100);
  const rest = await read(name, slow.position, 700);
  expect(rest.entries).toEqual(upTo(300, 1_000));
  expect(rest.dropped).toBe(0);
});

test('a stream that Redis lost or brought back from an older file is read from its beginning, and the log says so', async () => {
  const name = project();
  const lines: string[] = [];
  const told = pino({}, { write: (line: string) => lines.push(line) });
  await fill(name, 0, 20);
  const { position } = await read(name, undefined, 20);
  await redis.del(resultsKey(name));
  await fill(name, 20, 25);
  expect((await read(name, position, 5, told)).entries).toEqual(upTo(20, 25));
  expect(lines.join('')).toContain('reading it from its beginning');
  const future = { id: '9999999999999-0', ordinal: 3 };
  expect((await read(name, future, 5, told)).entries).toEqual(upTo(20, 25));
});

test('entries wait in order while Redis is away, and none is lost when it comes back', async () => {
  const name = project();
  await using out = writer(name);
  const reading = read(name, undefined, 3_000, log, 1_000);
  for (let n = 0; n < 1_000; n++) out.write(entry(n));
  await out.flush();
  for (let n = 1_000; n < 2_000; n++) out.write(entry(n));
  await server.kill();
  for (let n = 2_000; n < 3_000; n++) out.write(entry(n));
  await server.up();
  await out.flush();
  const { entries } = await reading;
  // A batch whose answer was lost with the connection is sent again.
  expect([...new Set(entries)]).toEqual(upTo(0, 3_000));
  expect(out.dropped).toBe(0);
});

test('beyond its bound the buffer drops the oldest and counts them; disposing gives up after its bound', async () => {
  const name = project();
  const size = JSON.stringify(resultEntry()).length;
  await redis.ping();
  await server.kill();
  await vi.waitFor(() => expect(redis.status).not.toBe('ready'), { timeout: 5_000 });
  const out = writer(name, { bufferBytesMax: size * 500, disposeMsMax: 100 });
  for (let n = 0; n < 2_000; n++) out.write(entry(n));
  const { dropped, waiting } = out;
  expect(dropped).toBeGreaterThan(500);
  expect(waiting + dropped).toBe(2_000);
  await out[Symbol.asyncDispose]();
  const next = project();
  const other = writer(next, { bufferBytesMax: size * 500 });
  for (let n = 0; n < 2_000; n++) other.write(entry(n));
  await server.up();
  await other[Symbol.asyncDispose]();
  expect(other.waiting).toBe(0);
  const { entries } = await read(next, undefined, 2_000 - other.dropped);
  const kept = [...new Set(entries)];
  expect(kept.length).toBe(2_000 - other.dropped);
  // What went is the oldest, after the batch that was under way.
  expect(kept.slice(200)).toEqual(upTo(other.dropped + 200, 2_000));
});
