import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RedisFixture } from '../result/redis.fixture.ts';
import { forceRecords, inForceAt, putInForce, stillToRun, stretches } from './force.ts';
import { scheduleKeys } from './keys.ts';
import { lease } from './lease.ts';

const records = [
  { version: 'a', from: 100 },
  { version: 'b', from: 200 },
  { version: 'c', from: 300 },
];

describe('what is in force', () => {
  test.each([
    [99, undefined],
    [100, 'a'],
    [199, 'a'],
    [200, 'b'],
    [300, 'c'],
    [9_999, 'c'],
  ])('at %i is %s', (at, version) => {
    expect(inForceAt(records, at)?.version).toBe(version);
  });

  test('before the first record is nothing', () => {
    expect(inForceAt([], 5)).toBeUndefined();
    expect(stretches([], 0, 1_000)).toEqual([]);
    expect(stretches(records, 0, 100)).toEqual([]);
  });

  test('over a stretch of time is each plan for its part', () => {
    expect(stretches(records, 150, 300).map(({ record, from, to }) => [record.version, from, to])).toEqual([
      ['a', 150, 200],
      ['b', 200, 300],
    ]);
    expect(stretches(records, 350, 400)).toEqual([{ record: records[2], from: 350, to: 400 }]);
  });

  test('over any stretch agrees with what is in force at each moment of it, without gap or overlap', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 8 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (starts, from, to) => {
        const some = starts.sort((a, b) => a - b).map((start, i) => ({ version: `v${i}`, from: start }));
        const parts = stretches(some, from, to);
        for (let at = from; at < to; at++) {
          const holding = parts.filter((part) => at >= part.from && at < part.to).map((part) => part.record);
          const record = inForceAt(some, at);
          expect(holding).toEqual(record === undefined ? [] : [record]);
        }
        expect(parts.every((part) => part.from >= from && part.to <= to && part.from < part.to)).toBe(true);
      }),
    );
  });
});

describe('what is still to be run by', () => {
  const records = [
    { version: 'a', from: 100 },
    { version: 'b', from: 200 },
    { version: 'c', from: 300 },
  ];
  test.each([
    [50, 'abc'],
    [150, 'abc'],
    [200, 'bc'],
    [250, 'bc'],
    [1_000, 'c'],
  ])('at %i is the plan in force and all that come', (now, versions) => {
    expect(
      stillToRun(records, now)
        .map(({ version }) => version)
        .join(''),
    ).toBe(versions);
  });
});

describe('a record in Redis', () => {
  test('is kept in order, and the oldest go beyond 200', async () => {
    await using server = await RedisFixture.start();
    const redis = server.connect();
    const keys = scheduleKeys('shop');
    const epoch = await lease(redis, keys.lease, keys.epoch).hold();
    for (let i = 0; i < 205; i++) await putInForce(redis, 'shop', 'fra', { version: `v${i}`, from: i }, epoch ?? 0);
    const kept = await forceRecords(redis, 'shop', 'fra');
    expect(kept).toHaveLength(200);
    expect(kept[0]).toEqual({ version: 'v5', from: 5 });
    expect(kept.at(-1)).toEqual({ version: 'v204', from: 204 });
    expect(await forceRecords(redis, 'shop', 'par')).toEqual([]);
  });

  test('is refused from a holder of the lease that lost it without knowing', async () => {
    await using server = await RedisFixture.start();
    const redis = server.connect();
    const keys = scheduleKeys('shop');
    const old = await lease(redis, keys.lease, keys.epoch).hold();
    // As if it had stood still for longer than the lease lasts.
    await redis.del(keys.lease);
    const fresh = await lease(redis, keys.lease, keys.epoch).hold();
    expect(fresh).toBe((old ?? 0) + 1);
    expect(await putInForce(redis, 'shop', 'fra', { version: 'old', from: 1 }, old ?? 0)).toBe(false);
    expect(await putInForce(redis, 'shop', 'fra', { version: 'new', from: 2 }, fresh ?? 0)).toBe(true);
    expect(await forceRecords(redis, 'shop', 'fra')).toEqual([{ version: 'new', from: 2 }]);
  });
});
