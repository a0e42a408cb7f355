/**
 * From how a run ended to what the result says of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../base/time.ts';
import type { JourneyProbe, VitalBudgets } from '../../probe/definition.ts';
import type { ArtifactRef, Finding, Reason, StepResult, Vitals } from '../../result/result.ts';
import type { StepEvent, Surroundings } from '../engine.ts';
import { createRedactor } from '../redact.ts';
import type { Ending, RunEvent } from './child-process.ts';
import type { Made, Order, Report } from './messages.ts';

/** Keeping what a run made takes at most so long, milliseconds; less at its deadline, so that the result is on time. */
const keepMsMax = 3_000;
const keepAfterDeadlineMsMax = 1_900;
const madeMax = 5;
const stepsMax = 200;

/** When a run was asked for, and its trace. */
export interface Called {
  readonly at: number;
  readonly traceId: string;
}

/** Follows a run while it goes on, so that something is known of it even when its child never reports. */
export class Watch {
  startedAt: number | undefined;
  /** Cleanups that are registered and have not run. */
  cleanups = 0;
  readonly steps: StepResult[] = [];
  readonly #open: { name: string; at: number }[] = [];
  readonly #onStep: ((event: StepEvent) => void) | undefined;

  constructor(onStep: ((event: StepEvent) => void) | undefined) {
    this.#onStep = onStep;
  }

  tell(message: RunEvent): void {
    if (message.type === 'began') {
      this.startedAt = message.at;
      return;
    }
    if (message.type === 'cleanups') {
      this.cleanups = message.count;
      return;
    }
    const { event } = message;
    if (event.type === 'begin') {
      this.#open.push({ name: event.name, at: Date.now() });
    } else {
      const at = this.#open.findLastIndex((step) => step.name === event.step.name);
      if (at !== -1) this.#open.splice(at, 1);
      if (this.steps.length < stepsMax) this.steps.push(event.step);
    }
    this.#onStep?.(event);
  }

  /** Every step seen, those still open as failed at `endedAt`; and the innermost of those. */
  close(startedAt: number, endedAt: number): { steps: StepResult[]; step?: string } {
    const open = this.#open.map(
      ({ name, at }): StepResult => ({ name, startMs: at - startedAt, durationMs: endedAt - at, outcome: 'fail' }),
    );
    const step = this.#open.at(-1)?.name;
    return { steps: [...this.steps, ...open], ...(step === undefined ? {} : { step }) };
  }
}

/** What is found when the run could not even begin. */
export function broken(called: Called, reason: Reason, message: string): Finding {
  const durationMs = Date.now() - called.at;
  return { startedAt: called.at, durationMs, traceId: called.traceId, outcome: 'broken', reason, message };
}

interface Circumstances {
  readonly probe: JourneyProbe;
  readonly called: Called;
  readonly watch: Watch;
  readonly order: Order;
  readonly stopping: boolean;
}

/** What a run's ending says, with what it made kept. */
export async function findingOf(ending: Ending, about: Circumstances, around: Surroundings): Promise<Finding> {
  if (ending.type !== 'report') return withoutReport(ending, about);
  const { verdict, made, ...seen } = ending.report;
  const artifacts = await keep(
    made,
    Math.min(Date.now() + keepMsMax, about.order.deadlineAt + keepAfterDeadlineMsMax),
    around,
  );
  const { outcome, reason, message }: Judgement = verdict ??
    overBudget(ending.report, about.probe) ?? { outcome: 'pass' };
  return {
    ...seen,
    traceId: about.called.traceId,
    ...(artifacts.length === 0 ? {} : { artifacts }),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
}

type Judgement = Pick<Finding, 'outcome' | 'reason' | 'message'>;

function withoutReport(ending: Exclude<Ending, { type: 'report' }>, about: Circumstances): Finding {
  const endedAt = Date.now();
  const startedAt = about.watch.startedAt ?? about.called.at;
  const seen = about.watch.close(startedAt, endedAt);
  const redact = createRedactor(Object.values(about.order.secrets));
  return {
    startedAt,
    durationMs: endedAt - startedAt,
    traceId: about.called.traceId,
    outcome: 'broken',
    ...whyNoReport(ending, about, seen.step === undefined ? '' : ` in step "${redact(seen.step)}"`),
    ...seen,
    ...(about.watch.cleanups === 0 ? {} : { cleanupFault: notCleanedUp(about.watch.cleanups) }),
  };
}

function whyNoReport(
  ending: Exclude<Ending, { type: 'report' }>,
  about: Circumstances,
  where: string,
): { reason: Reason; message: string } {
  if (about.stopping) return { reason: 'killed', message: `the vantage was stopped while the journey ran${where}` };
  if (ending.type === 'stuck') {
    const time = formatDuration(about.probe.timeoutMs);
    const what = about.watch.startedAt === undefined ? 'did not begin' : 'did not answer any more';
    return {
      reason: 'killed',
      message: `the script ${what} and was killed after its ${time}${where}; look for an endless loop`,
    };
  }
  if (ending.type === 'overweight') {
    const mebibytes = Math.round(ending.bytes / 1024 ** 2);
    return {
      reason: 'memory',
      message: `the journey and its browser held ${mebibytes} MiB${where}, more than they may, and were killed`,
    };
  }
  if (ending.over === 'memory') return { reason: 'memory', message: `the script used up its memory${where}` };
  if (ending.over === 'disk') {
    return { reason: 'killed', message: `the run wrote more to the disk than it may${where}; look at its downloads` };
  }
  return { reason: 'crash', message: `the process of the journey died${where} (${ending.how})` };
}

function notCleanedUp(count: number): string {
  const what = count === 1 ? 'the cleanup that was registered' : `the ${count} cleanups that were registered`;
  return `${what} could not run: the process that would have run it is gone`;
}

/** Keeps what a run made, side by side; what is not kept until then is left out. */
async function keep(made: readonly Made[], until: number, around: Surroundings): Promise<ArtifactRef[]> {
  // Evidence is worth much, but a result without it is worth more than none.
  const keeping = made
    .slice(0, madeMax)
    .map(({ kind, type, content }) => around.keepArtifact(kind, type, content).catch(() => undefined));
  const timer = new AbortController();
  const late = sleep(Math.max(0, until - Date.now()), undefined, { signal: timer.signal }).catch(() => undefined);
  const kept = await Promise.all(keeping.map((one) => Promise.race([one, late])));
  timer.abort();
  return kept.filter((artifact) => artifact !== undefined);
}

/** What degrades a run that passed: too slow as a whole, or a vital beyond its budget. */
function overBudget(report: Report, probe: JourneyProbe): Judgement | undefined {
  if (probe.slowMs !== undefined && report.durationMs > probe.slowMs) {
    const message = `it took ${formatDuration(report.durationMs)}, longer than ${formatDuration(probe.slowMs)}`;
    return { outcome: 'degraded', reason: 'slow', message };
  }
  const over = vitalsOver(report.vitals ?? {}, probe.vitals);
  if (over.length === 0) return undefined;
  return { outcome: 'degraded', reason: 'vital', message: over.join('; ') };
}

function vitalsOver(seen: Vitals, budgets: VitalBudgets): string[] {
  return (['lcp', 'fcp', 'cls', 'inp', 'ttfb'] as const).flatMap((name) => {
    const [value, budget] = [seen[name], budgets[name]];
    if (value === undefined || budget === undefined || value <= budget) return [];
    const show = (one: number) => (name === 'cls' ? one.toFixed(3) : formatDuration(one));
    return [`${name.toUpperCase()} ${show(value)} is beyond its budget of ${show(budget)}`];
  });
}
