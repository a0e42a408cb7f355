import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createArtifactStore, createArtifactUploader } from './artifacts.ts';
import { T0 } from './entries.fixture.ts';
import { RedisFixture } from './redis.fixture.ts';
import type { ArtifactRef } from './result.ts';

let server: RedisFixture;
let redis: Redis;
beforeAll(async () => {
  server = await RedisFixture.start();
  redis = server.connect();
});
afterAll(() => server[Symbol.asyncDispose]());

const log = pino({ level: 'silent' });
const project = 'shop';

function scene(over: { days?: number; mibMax?: number } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'vedette-artifacts-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const time = { now: T0 };
  const store = createArtifactStore({ dir, days: 14, mibMax: 10, log, clock: { now: () => time.now }, ...over });
  const upload = createArtifactUploader({
    redis,
    project,
    bytesMax: 2_000_000,
    waitingBytesMax: 5_000_000,
    log,
    clock: { now: () => time.now },
  });
  const keep = async (content: Uint8Array, type = 'image/png'): Promise<ArtifactRef> => {
    const ref = await upload('screenshot', type, content);
    if (ref === undefined) throw new Error('not kept');
    return ref;
  };
  return { dir, store, upload, keep, time };
}

test('an artifact goes through Redis into the folder, and waits in Redis for a quarter of an hour at the most', async () => {
  const { store, keep, dir } = scene();
  const ref = await keep(Buffer.from([0, 255, 13, 10]));
  expect(await redis.ttl(`vedette:{shop}:artifact:${ref.hash}`)).toBeGreaterThan(890);
  expect(await store.collect(redis, project, [ref, ref])).toEqual({ stored: 1, missing: 0, refused: 0 });
  expect(await store.path(ref.hash)).toBe(join(dir, ref.hash.slice(0, 2), `${ref.hash}.png`));
  expect(Buffer.from((await store.read(ref.hash)) ?? [])).toEqual(Buffer.from([0, 255, 13, 10]));
  expect(readdirSync(join(dir, ref.hash.slice(0, 2)))).toHaveLength(1);
  await redis.flushall();
  expect(await store.collect(redis, project, [ref])).toEqual({ stored: 1, missing: 0, refused: 0 });
});

test('what is too big is not kept, and what is gone from Redis is told', async () => {
  const { store, upload, keep } = scene();
  expect(await upload('trace', 'application/zip', Buffer.alloc(2_000_001))).toBeUndefined();
  const ref = await keep(Buffer.from('gone'));
  await redis.flushall();
  expect(await store.collect(redis, project, [ref])).toEqual({ stored: 0, missing: 1, refused: 0 });
  expect(await store.read(ref.hash)).toBeUndefined();
});

test('a storm of artifacts fills no more of Redis than it may, and the next quarter of an hour is free again', async () => {
  const { upload, time } = scene();
  const kept = async (fill: number) =>
    (await upload('trace', 'application/zip', Buffer.alloc(2_000_000, fill))) !== undefined;
  expect([await kept(1), await kept(2), await kept(3)]).toEqual([true, true, false]);
  // What is there already takes no more room.
  expect(await kept(2)).toBe(true);
  time.now += 15 * 60_000 + 1;
  expect(await kept(3)).toBe(true);
});

test('content that is not what its hash says is refused', async () => {
  const { store, keep } = scene();
  const ref = await keep(Buffer.from('true'));
  await redis.set(`vedette:{shop}:artifact:${ref.hash}`, 'false');
  expect(await store.collect(redis, project, [ref])).toEqual({ stored: 0, missing: 0, refused: 1 });
  expect(await store.path(ref.hash)).toBeUndefined();
});

test('a hash cannot lead out of the folder', async () => {
  const { store } = scene();
  for (const hash of ['../../etc/passwd', '..', '', 'A'.repeat(64), `${'a'.repeat(64)}/..`]) {
    expect(await store.path(hash)).toBeUndefined();
    expect(await store.read(hash)).toBeUndefined();
    const ref = { kind: 'dom', hash, type: '../../x', bytes: 1 } as const;
    expect(await store.collect(redis, project, [ref])).toEqual({ stored: 0, missing: 0, refused: 1 });
  }
});

test('the old go, and beyond the size the longest unused', async () => {
  const { store, keep, time } = scene({ days: 10, mibMax: 2 });
  const big = (n: number) => Buffer.alloc(900_000, n);
  const old = await keep(Buffer.from('old'));
  await store.collect(redis, project, [old]);
  time.now += 9 * 86_400_000;
  const refs: ArtifactRef[] = [];
  for (const n of [1, 2, 3]) {
    const ref = await keep(big(n));
    refs.push(ref);
    await store.collect(redis, project, [ref]);
    time.now += 60_000;
  }
  // Referred to again: used.
  await store.collect(redis, project, refs.slice(0, 1));
  time.now += 2 * 86_400_000;
  expect(await store.prune()).toBe(2);
  expect(await Promise.all([old, ...refs].map(async ({ hash }) => (await store.path(hash)) !== undefined))).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

test('a vantage whose Redis refuses goes on without the artifact', async () => {
  const gone = server.connect('gone');
  gone.disconnect();
  const upload = createArtifactUploader({ redis: gone, project, bytesMax: 100, log });
  expect(await upload('screenshot', 'image/png', Buffer.from('x'))).toBeUndefined();
});
