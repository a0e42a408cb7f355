/**
 * Whose fault is it that a run was not done in time?
 */
import { formatDuration } from '../../../base/time.ts';
import type { Verdict } from '../messages.ts';
import { judge } from './verdict.ts';

/** A run that lost a larger share of its time than this before it began was not held up by the target alone. */
const lateShareMax = 0.25;

/**
 * Judges a run that met its deadline. `released` is what the script threw when its context was closed under it:
 * the call that it waited in. `lateMs`: how long after it was asked for it began; `busy`: requests were under way.
 */
export function atDeadline(
  released: Error | undefined,
  run: { readonly timeoutMs: number; readonly lateMs: number; readonly busy: boolean },
): Verdict {
  const time = formatDuration(run.timeoutMs);
  if (run.lateMs > run.timeoutMs * lateShareMax) {
    const message =
      `it began ${formatDuration(run.lateMs)} late, waiting for a free journey process and its browser, and was not ` +
      `done in what was left of its ${time}; raise VEDETTE_JOURNEY_POOL or run less often`;
    return { outcome: 'broken', reason: 'vantage', message };
  }
  if (released === undefined && !run.busy) {
    const message = `the script had not ended after ${time}, and was not waiting for the target`;
    return { outcome: 'broken', reason: 'killed', message };
  }
  const { waiting, firstHand } = waitedIn(released);
  if (!run.busy && sleeps.test(waiting)) {
    const message = `the script had not ended after ${time}: it slept in page.waitForTimeout`;
    return { outcome: 'broken', reason: 'killed', message };
  }
  const message = `not done after ${time}${waiting === '' ? '' : `; waited in ${waiting}`}`;
  return { outcome: 'fail', reason: 'timeout', message, ...(firstHand ? { firstHand } : {}) };
}

/** A script that sleeps waits for nothing of the target. */
const sleeps = /^(page|frame)\.waitForTimeout\b/;

function waitedIn(released: Error | undefined): { readonly waiting: string; readonly firstHand: boolean } {
  if (released === undefined) return { waiting: '', firstHand: false };
  const failure = { error: released, at: 'script', inStep: false, deliberate: false, browserDied: false } as const;
  const { message, firstHand = false } = judge({ ...failure, proxy: undefined });
  const waiting = message.replace(/(Error: )?Target page, context or browser has been closed\s*/, '').trim();
  return { waiting, firstHand };
}
