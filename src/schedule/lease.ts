/**
 * A lease: one holder at a time, a standby that takes over when it ends, and an epoch that grows with every new
 * holder, so that a write of a holder that does not know it has lost is refused.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

/** How long a lease lasts without renewal, milliseconds: a standby takes over within this and one try. */
export const leaseMs = 5_000;

const take = `
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return tonumber(redis.call('GET', KEYS[2]))
end
if holder then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('INCR', KEYS[2])`;

const release = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

export interface Lease extends AsyncDisposable {
  /** Takes or renews it. The epoch (1 or more) while held, `undefined` while somebody else holds it. */
  hold(): Promise<number | undefined>;
}

/** A lease under `leaseKey`, its epochs counted under `epochKey`. Disposing gives it back at once. */
export function lease(redis: Redis, leaseKey: string, epochKey: string): Lease {
  const holder = randomUUID();
  return {
    async hold() {
      const epoch = Number(await redis.eval(take, 2, leaseKey, epochKey, holder, leaseMs));
      return epoch === 0 ? undefined : epoch;
    },
    async [Symbol.asyncDispose]() {
      await redis.eval(release, 1, leaseKey, holder);
    },
  };
}
