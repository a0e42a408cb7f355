/**
 * Steps: named parts of a journey, perhaps nested, each timed.
 */
import type { StepResult } from '../../../result/result.ts';
import type { StepEvent } from '../../engine.ts';

/** Steps recorded; those beyond run, but are not told of. */
const stepsMax = 200;
const nameCharsMax = 100;

export interface Steps {
  readonly step: <T>(name: string, body: () => Promise<T> | T) => Promise<T>;
  /** In the order in which they began. */
  results(): StepResult[];
  /** The innermost step in which this was thrown, and when that step began (ms since the start). */
  failedIn(thrown: unknown): StepResult | undefined;
  /** The innermost step that is still open. */
  open(): StepResult | undefined;
  /** Of an open step: what its call was, so that a stack can be shown of a step that nobody awaits. */
  openCall(): { readonly name: string; readonly stack: string } | undefined;
  /** Ends all that are open, as failed: the run is over. */
  close(): void;
}

type Recorded = { -readonly [K in keyof StepResult]: StepResult[K] } & { ended: boolean; readonly call: Error };

/**
 * Records steps. `sinceStart` is the clock, in ms; `text` redacts; `tell` hears as steps begin and end.
 */
export function recordSteps(
  sinceStart: () => number,
  text: (raw: string) => string,
  tell: (event: StepEvent) => void,
): Steps {
  const recorded: Recorded[] = [];
  const open: Recorded[] = [];
  const failures = new Map<unknown, StepResult>();

  function end(step: Recorded, outcome: 'pass' | 'fail'): void {
    if (step.ended) return;
    step.ended = true;
    step.durationMs = sinceStart() - step.startMs;
    step.outcome = outcome;
    open.splice(open.indexOf(step), 1);
    if (recorded.includes(step)) tell({ type: 'end', step: plain(step) });
  }

  return {
    async step(name, body) {
      if (typeof name !== 'string' || typeof body !== 'function') {
        throw new TypeError('step wants a name and a function: step("pay", async () => { … })');
      }
      const step: Recorded = {
        name: text(name).slice(0, nameCharsMax),
        startMs: sinceStart(),
        durationMs: 0,
        outcome: 'pass',
        ended: false,
        // Its stack is written out only when somebody reads it.
        call: new Error('called here'),
      };
      open.push(step);
      if (recorded.length < stepsMax) {
        recorded.push(step);
        tell({ type: 'begin', name: step.name });
      }
      try {
        const value = await body();
        end(step, 'pass');
        return value;
      } catch (thrown) {
        // The innermost comes first, and stays: the steps around it only pass the failure on.
        if (!failures.has(thrown)) failures.set(thrown, step);
        end(step, 'fail');
        throw thrown;
      }
    },
    results: () => recorded.map(plain),
    failedIn: (thrown) => failures.get(thrown) ?? (thrown instanceof Error ? failures.get(thrown.cause) : undefined),
    open: () => open.at(-1),
    openCall: () => {
      const step = open.at(-1);
      return step === undefined ? undefined : { name: step.name, stack: step.call.stack ?? '' };
    },
    close: () => {
      for (const step of [...open].reverse()) end(step, 'fail');
    },
  };
}

function plain({ name, startMs, durationMs, outcome }: Recorded): StepResult {
  return { name, startMs: Math.round(startMs), durationMs: Math.round(durationMs), outcome };
}
