/**
 * A vantage process's heartbeat: by Redis's clock, with how far its own is off.
 */
import type { Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { redisNow } from '../base/redis.ts';
import type { VantageBeat } from '../result/result.ts';
import { tellPresence } from './presence.ts';

/** Between two heartbeats. Milliseconds. */
const beatMs = 2_000;
/** A longer round trip is not used to compare clocks. Milliseconds. */
const roundTripMsMax = 1_000;

/** What a beat says beyond the times. */
export interface BeatState extends Pick<VantageBeat, 'saturation' | 'queues' | 'droppedResults'> {
  /** Version of the plan in force here. */
  readonly plan: string | undefined;
  /** Version of the published plan that is loaded. */
  readonly loaded: string | undefined;
  readonly stopping: boolean;
}

export interface Beats extends AsyncDisposable {
  /** Beats now, besides the regular ones. */
  soon(): void;
  /** Redis's clock as it is known here, epoch ms. */
  now(): number;
  /** Epoch ms, own clock, of the last beat that Redis took. */
  readonly lastTaken: number;
}

/** Beats every 2 s until disposed. The first beat has been taken when it resolves. */
export async function startBeats(options: {
  redis: Redis;
  project: string;
  vantage: string;
  instance: string;
  log: Logger;
  state: () => Promise<BeatState> | BeatState;
  write: (beat: VantageBeat) => void;
}): Promise<Beats> {
  const { redis, project, vantage, instance, log } = options;
  let skewMs = 0;
  let lastTaken = 0;
  let wake = () => {};
  let wanted = false;
  let stopping = false;

  async function measure(): Promise<number> {
    const before = Date.now();
    const at = await redisNow(redis);
    const after = Date.now();
    // An answer that waited for Redis to come back says nothing of the clock.
    if (after - before < roundTripMsMax) skewMs = Math.round((before + after) / 2 - at);
    return at;
  }
  const startedAt = await measure();

  async function beat(): Promise<void> {
    const at = await measure();
    const { plan, loaded, stopping: leaving, ...said } = await options.state();
    const told: VantageBeat = {
      v: 1,
      vantage,
      instance,
      at,
      startedAt,
      clockSkewMs: skewMs,
      ...said,
      ...(plan === undefined ? {} : { plan }),
    };
    await tellPresence(redis, project, {
      beat: told,
      ...(loaded === undefined ? {} : { loaded }),
      ...(leaving ? { stopping: leaving } : {}),
    });
    options.write(told);
    lastTaken = Date.now();
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      if (!wanted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, beatMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      wanted = false;
      if (stopping) return;
      await beat().catch((error: unknown) => log.warn({ err: asError(error).message }, 'a heartbeat was not taken'));
    }
  }
  await beat();
  const running = loop();

  return {
    soon() {
      // During a beat nobody waits to be woken; the next one follows at once.
      wanted = true;
      wake();
    },
    now: () => Date.now() - skewMs,
    get lastTaken() {
      return lastTaken;
    },
    async [Symbol.asyncDispose]() {
      stopping = true;
      wake();
      // A beat that waits for a Redis that is away must not hold up the end.
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    },
  };
}
