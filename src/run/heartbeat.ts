/**
 * The heartbeat engine: an outside system promised to report; a run looks when it last did.
 */
import { randomBytes } from 'node:crypto';
import { formatDuration } from '../base/time.ts';
import type { HeartbeatProbe } from '../probe/definition.ts';
import { type Finding, resultOf } from '../result/result.ts';
import type { Engine } from './engine.ts';

/** What is known of a heartbeat, epoch ms. */
export interface LastHeard {
  /** The last report; `undefined` if there never was one. */
  readonly at: number | undefined;
  /** Since when it is expected. */
  readonly expectedSince: number;
  /** The time by the clock that stamped them. */
  readonly now: number;
}

/**
 * @param lastHeard asks where the reports are kept; it may reject, which is ours and not the target's
 */
export function createHeartbeatEngine(options: { lastHeard: (probe: string) => Promise<LastHeard> }): Engine {
  return {
    async run(task) {
      const startedAt = Date.now();
      const { probe } = task.check;
      if (probe.kind !== 'heartbeat') throw new TypeError(`${probe.id} is no heartbeat`);
      const verdict = await judge(probe, options);
      return resultOf(task, {
        startedAt,
        durationMs: Date.now() - startedAt,
        traceId: randomBytes(16).toString('hex'),
        ...verdict,
      });
    },
    async [Symbol.asyncDispose]() {},
  };
}

type Verdict = Pick<Finding, 'outcome' | 'reason' | 'message'>;

async function judge(
  probe: HeartbeatProbe,
  { lastHeard }: Parameters<typeof createHeartbeatEngine>[0],
): Promise<Verdict> {
  try {
    return verdictOf(probe, await lastHeard(probe.id));
  } catch (error) {
    const message = `the reports could not be looked up: ${error instanceof Error ? error.message : String(error)}`;
    return { outcome: 'broken', reason: 'vantage', message };
  }
}

/** Silence beyond `every` + `grace` is a failure; before the first report it is told as degraded, never as green. */
export function verdictOf(probe: HeartbeatProbe, { at, expectedSince, now }: LastHeard): Verdict {
  const patienceMs = probe.expectEveryMs + probe.graceMs;
  const promise = `expected every ${formatDuration(probe.expectEveryMs)}, with ${formatDuration(probe.graceMs)} of grace`;
  const silentMs = now - (at ?? expectedSince);
  if (silentMs > patienceMs) {
    const since = at === undefined ? 'no report ever came' : `the last report came ${formatDuration(silentMs)} ago`;
    return { outcome: 'fail', reason: 'silent', message: `${since}; ${promise}` };
  }
  if (at === undefined) return { outcome: 'degraded', reason: 'silent', message: `no report came yet; ${promise}` };
  return { outcome: 'pass' };
}
