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
import type { Order, Report } from './messages.ts';

/** Keeping a screenshot must not make a run late, milliseconds. */
const keepMsMax = 300;
const screenshotBytesMax = 512 * 1024;
const stepsMax = 200;

/** When a run was asked for, and its trace. */
export interface Called {
  readonly at: number;
  readonly traceId: string;
}

/** Follows a run while it goes on, so that something is known of it even when its child never reports. */
export class Watch {
  startedAt: number | undefined;
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

/** What a run's ending says, with its screenshot kept. */
export async function findingOf(ending: Ending, about: Circumstances, around: Surroundings): Promise<Finding> {
  if (ending.type !== 'report') return withoutReport(ending, about);
  const { verdict, screenshot, ...seen } = ending.report;
  const artifacts = await keep(screenshot, around);
  return {
    ...seen,
    traceId: about.called.traceId,
    ...(artifacts.length === 0 ? {} : { artifacts }),
    ...(verdict ?? overBudget(ending.report, about.probe) ?? { outcome: 'pass' }),
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
  if (ending.outOfMemory) return { reason: 'memory', message: `the script used up its memory${where}` };
  return { reason: 'crash', message: `the process of the journey died${where} (${ending.how})` };
}

async function keep(screenshot: Report['screenshot'], around: Surroundings): Promise<ArtifactRef[]> {
  if (screenshot === undefined || screenshot.content.byteLength > screenshotBytesMax) return [];
  // Evidence is worth much, but a result without it is worth more than none.
  const kept = around.keepArtifact('screenshot', screenshot.type, screenshot.content).catch(() => undefined);
  const timer = new AbortController();
  const late = sleep(keepMsMax, undefined, { signal: timer.signal }).catch(() => undefined);
  const artifact = await Promise.race([kept, late]);
  timer.abort();
  return artifact === undefined ? [] : [artifact];
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
