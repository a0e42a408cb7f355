/**
 * What is wrong with Vedette itself. A failing check is the target's trouble, not ours. Pure.
 */
import { formatDuration } from '../base/time.ts';
import type { Status, VantageStatus } from './status-facts.ts';
import { counted } from './validate.ts';

/** Beyond this a vantage is set aside (design: silence is judged by Redis's clock). Milliseconds. */
const clockSkewMsMax = 2_000;
/** A published plan is in force everywhere after this, also where nobody speaks for a vantage. Milliseconds. */
const inForceMsMax = 45_000;
/** A recorder reads what comes within moments; beyond this it is away or cannot keep up. Milliseconds. */
const recorderBehindMsMax = 15_000;
const saturationMax = 0.9;

/** A sentence per trouble, each with what to do; none: Vedette is well. */
export function troublesOf(status: Status): string[] {
  const { scheduler, recorder, vantages, history, plan } = status;
  return [
    ...(scheduler.held ? [] : ['no scheduler is at work, so a new plan is not taken up; start one']),
    ...(plan.checks > 0
      ? []
      : ['the published plan has no checks, so nothing is watched; publish probes with vedette sync']),
    ...recorderTroubles(recorder),
    ...vantages.flatMap((vantage) => vantageTroubles(vantage, status)),
    ...(typeof history === 'string' || history.now.overdue === 0
      ? []
      : [`${counted(history.now.overdue, 'check')} overdue: nothing was heard for longer than interval and grace`]),
  ];
}

function recorderTroubles(recorder: Status['recorder']): string[] {
  if (recorder === undefined) return ['no recorder was ever at work, so nothing is recorded; start one'];
  if (recorder.behindMs <= recorderBehindMsMax) return [];
  return [`the recorder is ${formatDuration(recorder.behindMs)} behind; see that it runs and that its disk keeps up`];
}

function vantageTroubles(one: VantageStatus, { now, plan }: Status): string[] {
  const { vantage, checks, processes, clockSkewMs = 0, saturation = 0, droppedResults, inForce, heardAt } = one;
  if (checks === 0) return [];
  const troubles: string[] = [];
  if (processes === 0) {
    const since =
      heardAt === undefined
        ? 'was not heard for a day, if ever'
        : `was last heard ${formatDuration(now - heardAt)} ago`;
    troubles.push(`${vantage} ${since}, so its ${counted(checks, 'check')} are missed; start a vantage worker there`);
  }
  if (Math.abs(clockSkewMs) > clockSkewMsMax) {
    troubles.push(
      `${vantage}'s clock is ${formatDuration(Math.abs(clockSkewMs))} off, so it is set aside; keep it right with NTP`,
    );
  }
  if (saturation > saturationMax) {
    troubles.push(
      `${vantage} is at ${Math.round(saturation * 100)} % of what it can run; add a process, or raise VEDETTE_JOURNEY_POOL`,
    );
  }
  if (droppedResults > 0)
    troubles.push(`${vantage} had to drop ${counted(droppedResults, 'result')} while Redis was away`);
  if (inForce?.version !== plan.version && now - plan.publishedAt > inForceMsMax) {
    troubles.push(`plan ${plan.version} is not in force at ${vantage}; see the scheduler's log`);
  }
  return troubles;
}
