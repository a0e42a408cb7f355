import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RedisFixture } from '../result/redis.fixture.ts';
import { lease, leaseMs } from './lease.ts';

let server: RedisFixture;
let redis: Redis;
beforeAll(async () => {
  server = await RedisFixture.start();
  redis = server.connect();
});
afterAll(() => server[Symbol.asyncDispose]());

function twoHolders() {
  const name = randomUUID();
  return {
    keys: [`lease:${name}`, `epoch:${name}`] as const,
    make: () => lease(redis, `lease:${name}`, `epoch:${name}`),
  };
}

test('of two holders one has it, and keeps its epoch as it renews', async () => {
  const { make } = twoHolders();
  const [one, two] = [make(), make()];
  expect(await Promise.all([one.hold(), two.hold()])).toEqual([1, undefined]);
  expect(await one.hold()).toBe(1);
  expect(await two.hold()).toBeUndefined();
});

test('of many who try at once exactly one gets it', async () => {
  const { make } = twoHolders();
  const held = await Promise.all(Array.from({ length: 20 }, () => make().hold()));
  expect(held.filter((epoch) => epoch !== undefined)).toEqual([1]);
});

test('a holder that gives it back is followed at once, under a new epoch', async () => {
  const { make } = twoHolders();
  const [one, two] = [make(), make()];
  await one.hold();
  await one[Symbol.asyncDispose]();
  expect(await two.hold()).toBe(2);
  // The first gives back only what is its own.
  await one[Symbol.asyncDispose]();
  expect(await two.hold()).toBe(2);
  expect(await one.hold()).toBeUndefined();
});

test('a holder that died is followed within ten seconds', async () => {
  const { make } = twoHolders();
  const standby = make();
  expect(await make().hold()).toBe(1);
  const died = performance.now();
  await expect.poll(() => standby.hold(), { timeout: 9_500, interval: 250 }).toBe(2);
  expect(performance.now() - died).toBeGreaterThan(leaseMs - 500);
}, 15_000);

test('a holder that stood still until it lost the lease comes back under a new epoch, or not at all', async () => {
  const { make, keys } = twoHolders();
  const [one, two] = [make(), make()];
  expect(await one.hold()).toBe(1);
  await redis.del(keys[0]);
  expect(await two.hold()).toBe(2);
  expect(await one.hold()).toBeUndefined();
  await redis.del(keys[0]);
  expect(await one.hold()).toBe(3);
});
