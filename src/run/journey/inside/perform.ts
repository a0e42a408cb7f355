/**
 * One run inside the child: set the stage, play the script, gather what was seen, clean up, judge.
 */
import { asError } from '../../../base/errors.ts';
import { formatDuration } from '../../../base/time.ts';
import type { StepResult } from '../../../result/result.ts';
import { wallIn, wallName } from '../../blocked.ts';
import type { StepEvent } from '../../engine.ts';
import type { Order, Report, Verdict } from '../messages.ts';
import { type Blame, blame } from './blame.ts';
import { type CleanupFault, runCleanups } from './cleanup.ts';
import { atDeadline } from './deadline.ts';
import type { DocumentAnswer } from './documents.ts';
import { addressOf, type Evidence, gather, pageInFront } from './evidence.ts';
import { loadScript } from './imports.ts';
import { reportOf } from './report.ts';
import { sourceLineOf } from './source-line.ts';
import type { Stage } from './stage.ts';
import { recordSteps, type Steps } from './steps.ts';
import { type Surround, Tools } from './tools.ts';
import type { Fault } from './traffic.ts';
import { type Failure, judge, ScriptMisuse } from './verdict.ts';
import { within } from './within.ts';

/** Cleaning up takes at most so long in all; at the deadline, what remains of the time after it. */
const cleanupMsMax = 5_000;
/** Evidence, cleaning up and the report of a run that met its deadline must be done so long after it. */
const afterDeadlineMsMax = 1_150;
/** Evidence is gathered for so long; of a run that met its deadline, until so long after it. */
const evidenceMsMax = 1_500;
const evidenceAfterDeadlineMsMax = 450;
const traceMsMax = 3_000;

export interface Performance {
  readonly report: Report;
  readonly stage: Stage | undefined;
  /** Why this child should not be used again. */
  readonly doubt?: string;
  /** Closes what the run opened. */
  readonly clear: () => Promise<void>;
}

/** What there is to see when a script has ended. */
interface View {
  readonly failedStep: StepResult | undefined;
  /** What failed or hung since the failing step began, and then what failed before it. */
  readonly since: readonly Fault[];
  readonly faults: readonly Fault[];
  /** Requests were under way. */
  readonly busy: boolean;
  readonly trace: Promise<Uint8Array | undefined>;
  readonly evidence: Evidence | undefined;
  readonly finalUrl: string | undefined;
  readonly document: DocumentAnswer | undefined;
  readonly vitals: Report['vitals'];
}

type Played =
  | { readonly type: 'passed' }
  | { readonly type: 'threw'; readonly error: unknown }
  | { readonly type: 'deadline' };

/** Performs an order. Never rejects, and ends within {@link afterDeadlineMsMax} after the deadline if the script lets go of the thread. */
export async function perform(order: Order, around: Surround): Promise<Performance> {
  const run = new Run(order, around);
  return run.perform();
}

class Run {
  readonly #order: Order;
  readonly #around: Surround;
  readonly #steps: Steps;
  readonly #tools: Tools;
  #startedAt = Date.now();
  #origin = performance.now();
  /** The script has been called, and has not ended. */
  #playing = false;

  constructor(order: Order, around: Surround) {
    this.#order = order;
    this.#around = around;
    this.#steps = recordSteps(
      () => performance.now() - this.#origin,
      this.#around.redact,
      (event) => this.#onStep(event),
    );
    this.#tools = new Tools(order, around, this.#steps);
  }

  async perform(): Promise<Performance> {
    let at: Failure['at'] = 'loading';
    const preparing = async () => {
      const script = await loadScript(this.#order.bundle, this.#order.export);
      at = 'browser';
      return { script, args: await this.#tools.make(script) };
    };
    const ready = await this.#untilDeadline(preparing());
    if (ready.type !== 'done') {
      const error = ready.type === 'threw' ? asError(ready.error) : new Error(this.#late(at));
      return this.#conclude({ type: 'threw', error }, { known: this.#verdictOf(error, at) });
    }
    this.#startedAt = Date.now();
    this.#origin = performance.now();
    this.#around.tell({ type: 'began', at: this.#startedAt });
    const { script, args } = ready.value;
    this.#playing = true;
    this.#around.folder.enter();
    const ending = (async () => script(args))();
    const ended = () => {
      this.#playing = false;
    };
    ending.then(ended, ended);
    const outcome = await this.#untilDeadline(ending);
    this.#around.folder.leave();
    if (outcome.type === 'done') return this.#conclude(this.#ended());
    return this.#conclude(outcome, { ending });
  }

  #onStep(event: StepEvent): void {
    this.#around.tell({ type: 'step', event });
    if (event.type === 'begin') this.#tools.trace?.begin(event.name);
    else this.#tools.trace?.end();
  }

  async #untilDeadline<T>(
    work: Promise<T>,
  ): Promise<{ type: 'done'; value: T } | { type: 'threw'; error: unknown } | { type: 'deadline' }> {
    const { promise, resolve } = Promise.withResolvers<{ type: 'deadline' }>();
    const timer = setTimeout(resolve, Math.max(0, this.#order.deadlineAt - Date.now()), { type: 'deadline' });
    const done = work.then(
      (value) => ({ type: 'done', value }) as const,
      (error: unknown) => ({ type: 'threw', error }) as const,
    );
    const stray = this.#around.stray.catch((error: unknown) => ({ type: 'threw', error }) as const);
    const first = await Promise.race([done, stray, promise]);
    clearTimeout(timer);
    return first;
  }

  #late(at: Failure['at']): string {
    const time = formatDuration(this.#order.timeoutMs);
    return at === 'loading'
      ? `the file did not finish loading within ${time}; look for an await outside of the journey`
      : `the browser was not ready within the journey's ${time}`;
  }

  /** A script that returned has passed, unless its page crashed meanwhile, or a step of it still runs, and nobody knows how that ends. */
  #ended(): Played {
    if (this.#tools.stage?.crashed === true)
      return { type: 'threw', error: new Error('the script went on without it') };
    const open = this.#steps.openCall();
    if (open === undefined) return { type: 'passed' };
    const error = new ScriptMisuse(
      `the script ended while its step "${open.name}" was still running; write await before step(…)`,
    );
    error.stack = open.stack;
    return { type: 'threw', error };
  }

  async #conclude(
    played: Played,
    more: { readonly known?: Verdict; readonly ending?: Promise<unknown> } = {},
  ): Promise<Performance> {
    const durationMs = Math.round(performance.now() - this.#origin);
    const { stage, traffic } = this.#tools;
    if (played.type === 'passed' && stage !== undefined) this.#around.passed();
    const view = await this.#lookAround(played);
    const cleanupFault = await runCleanups(this.#tools.cleanups, this.#timeLeft(cleanupMsMax), (count) =>
      this.#around.tell({ type: 'cleanups', count }),
    );
    const trace = await view.trace;
    const { verdict: judged, error } = await this.#judge(played, { ...more, busy: view.busy });
    const { verdict = this.#cleanupVerdict(cleanupFault), suspect } = this.#blame(judged, view);
    const seen = {
      startedAt: this.#startedAt,
      durationMs,
      steps: this.#steps.results(),
      verdict,
      step: view.failedStep?.name,
      suspect,
      vitals: view.vitals,
      requests: traffic.summary(),
      faults: view.faults,
      systemOf: this.#systemOf,
      console: stage?.errors ?? [],
      finalUrl: view.finalUrl,
      evidence: view.evidence,
      sourceLine: error instanceof Error ? this.#sourceLine(error) : undefined,
      cleanupFault: cleanupFault?.message,
      trace,
    };
    const doubt = this.#doubt(played, verdict);
    const clear = async () => {
      await this.#tools.dispose();
      await stage?.context.close();
    };
    return { report: reportOf(seen, this.#around.redact), stage, ...(doubt === undefined ? {} : { doubt }), clear };
  }

  /** What there is to see when the script has ended, before its cleanups change it. */
  async #lookAround(played: Played): Promise<View> {
    const { stage, traffic } = this.#tools;
    const passed = played.type === 'passed';
    const failedStep = (played.type === 'threw' ? this.#steps.failedIn(played.error) : undefined) ?? this.#steps.open();
    const since = traffic.faultsSince(this.#origin + (failedStep?.startMs ?? 0));
    const before = traffic.faultsSince(0).filter((fault) => !fault.hanging && !since.includes(fault));
    const busy = traffic.busy > 0;
    // Ended first: what is done for the evidence is no part of the run.
    const trace = this.#trace(passed);
    const evidence = passed ? undefined : await this.#evidence();
    const page = stage === undefined ? undefined : pageInFront(stage.context, stage.page);
    const finalUrl = page === undefined ? undefined : addressOf(page, this.#around.redact);
    const document = page === undefined ? undefined : stage?.documents.of(page);
    this.#steps.close();
    if (stage?.usable && this.#timeLeft(500) > 450) await stage.vitals.settle(stage.page);
    const vitals = stage?.vitals.result();
    return { failedStep, since, faults: [...since, ...before], busy, trace, evidence, finalUrl, document, vitals };
  }

  #blame(judged: Verdict | undefined, { since, document, evidence, finalUrl }: View): Partial<Blame> {
    if (judged === undefined) return {};
    const { status, headers } = document ?? {};
    const wall = wallIn({ status, headers, html: evidence?.head, url: finalUrl, frames: evidence?.frames });
    return blame(judged, {
      ...(document === undefined ? {} : { document }),
      ...(wall === undefined ? {} : { wall: `${wallName(wall)} stands in the way` }),
      faults: since,
      systemOf: this.#systemOf,
      own: this.#order.system,
      dependsOn: this.#order.dependsOn,
    });
  }

  readonly #systemOf = (url: string) => this.#tools.traffic.systemOf(url)?.name;

  /** What the script's ending says, before anything else is looked at. */
  async #judge(
    played: Played,
    { known, ending, busy }: { known?: Verdict; ending?: Promise<unknown>; busy: boolean },
  ): Promise<{ verdict: Verdict | undefined; error: unknown }> {
    if (played.type === 'passed') return { verdict: undefined, error: undefined };
    if (played.type === 'deadline') {
      const released = await this.#release(ending);
      const lateMs = this.#startedAt - (this.#order.deadlineAt - this.#order.timeoutMs);
      return { verdict: atDeadline(released, { timeoutMs: this.#order.timeoutMs, lateMs, busy }), error: released };
    }
    if (known !== undefined) return { verdict: known, error: played.error };
    await this.#letBrowserDie(played.error);
    return { verdict: this.#verdictOf(played.error, 'script'), error: played.error };
  }

  /** A run that went well, but left something behind. */
  #cleanupVerdict(fault: CleanupFault | undefined): Verdict | undefined {
    if (fault === undefined) return undefined;
    const outcome = fault.thrown === undefined ? 'fail' : this.#verdictOf(fault.thrown, 'script').outcome;
    return { outcome, reason: 'cleanup', message: `cleaning up failed: ${fault.message}` };
  }

  #doubt(played: Played, verdict: Verdict | undefined): string | undefined {
    if (played.type === 'deadline') return 'its run met the deadline';
    if (this.#playing) return 'its script had not ended';
    if (played.type === 'threw' && played.error instanceof ScriptMisuse) return verdict?.message;
    if (verdict?.outcome === 'broken' && ['crash', 'browser'].includes(verdict.reason)) return verdict.message;
    return undefined;
  }

  /** Milliseconds that a task may take, `msMax` at the most, so that the report is on time. */
  #timeLeft(msMax: number): number {
    return Math.max(0, Math.min(msMax, this.#order.deadlineAt + afterDeadlineMsMax - 200 - Date.now()));
  }

  async #evidence(): Promise<Evidence | undefined> {
    const { stage } = this.#tools;
    if (!stage?.usable) return undefined;
    const left = this.#order.deadlineAt + evidenceAfterDeadlineMsMax - Date.now();
    const secrets = Object.values(this.#order.secrets);
    return gather(pageInFront(stage.context, stage.page), secrets, Math.min(evidenceMsMax, left));
  }

  async #trace(passed: boolean): Promise<Uint8Array | undefined> {
    const { trace } = this.#tools;
    if (trace === undefined || (passed && this.#order.trace !== 'always')) return undefined;
    return within(this.#timeLeft(traceMsMax), trace.stop());
  }

  /** Closes the browser context, upon which every call to Playwright that still waits rejects, and says which it was. */
  async #release(ending: Promise<unknown> | undefined): Promise<Error | undefined> {
    const left = () => this.#order.deadlineAt + afterDeadlineMsMax - Date.now();
    const thrown = ending?.then(
      () => undefined,
      (error: unknown) => asError(error),
    );
    this.#tools.stage?.context.close().catch(() => undefined);
    this.#tools.dispose().catch(() => undefined);
    return thrown === undefined ? undefined : within(left(), thrown);
  }

  /** The news that the browser died comes a moment after the calls that it left unanswered. */
  async #letBrowserDie(thrown: unknown): Promise<void> {
    const { stage } = this.#tools;
    if (stage === undefined || !/closed|crash|disconnected/i.test(asError(thrown).message)) return;
    for (let waited = 0; waited < 100 && stage.context.browser()?.isConnected() && !stage.crashed; waited += 10) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #verdictOf(thrown: unknown, at: Failure['at']): Verdict {
    const error = asError(thrown);
    const { stage } = this.#tools;
    const browserDied = stage !== undefined && (stage.crashed || stage.context.browser()?.isConnected() !== true);
    const verdict = judge({
      error,
      at,
      inStep: this.#steps.failedIn(thrown) !== undefined,
      deliberate: this.#thrownByAuthor(error),
      browserDied,
      proxy: this.#order.stage.proxy === undefined ? undefined : new URL(this.#order.stage.proxy).hostname,
    });
    if (verdict.reason !== 'crash') return verdict;
    const what = stage?.context.browser()?.isConnected() === true ? 'the page crashed' : 'the browser died';
    return { ...verdict, message: `${what} during the run: ${verdict.message}` };
  }

  /** Whether the innermost frame of the stack is the bundle's own. */
  #thrownByAuthor(error: Error): boolean {
    if (error instanceof ScriptMisuse) return false;
    const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line));
    return frame?.includes(this.#order.bundle) === true;
  }

  #sourceLine(error: Error): Report['sourceLine'] {
    return sourceLineOf(error.stack ?? '', this.#order.bundle, this.#order.source);
  }
}
