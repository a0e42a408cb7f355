/**
 * One run inside the child: set the stage, play the script, gather what was seen, clean up, judge.
 */
import { asError } from '../../../base/errors.ts';
import { formatDuration } from '../../../base/time.ts';
import type { StepResult } from '../../../result/result.ts';
import { wallIn, wallName } from '../../blocked.ts';
import type { StepEvent } from '../../engine.ts';
import type { Order, Report, Verdict } from '../messages.ts';
import { type Blame, blame, doubtPass } from './blame.ts';
import { type CleanupFault, runCleanups } from './cleanup.ts';
import { atDeadline } from './deadline.ts';
import type { DocumentAnswer } from './documents.ts';
import { addressOf, type Evidence, gather, pageInFront } from './evidence.ts';
import type { FailedRequest } from './failed-request.ts';
import { loadScript } from './imports.ts';
import { reportOf } from './report.ts';
import { sourceLineOf } from './source-line.ts';
import type { Stage } from './stage.ts';
import { recordSteps, type Steps } from './steps.ts';
import { type RunContext, Tools } from './tools.ts';
import { lastAskedIn } from './traffic.ts';
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
  /** What failed or hung since the failing step began. */
  readonly since: readonly FailedRequest[];
  /** That, and then what failed before it. */
  readonly failed: readonly FailedRequest[];
  /** Requests were under way. */
  readonly busy: boolean;
  /** Something was answered over https since the failing step began. */
  readonly tunnelStands: boolean;
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
export async function perform(order: Order, around: RunContext): Promise<Performance> {
  const run = new Run(order, around);
  return run.perform();
}

class Run {
  readonly #order: Order;
  readonly #around: RunContext;
  readonly #steps: Steps;
  readonly #tools: Tools;
  #startedAt = Date.now();
  #origin = performance.now();
  /** The script has been called, and has not ended. */
  #playing = false;

  constructor(order: Order, around: RunContext) {
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
    if (outcome.type === 'done') return this.#conclude(await this.#ended());
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
    const stray = this.#around.strays.thrown.catch((error: unknown) => ({ type: 'threw', error }) as const);
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

  /** A script that returned has passed, unless it left something behind whose end it did not wait for. */
  async #ended(): Promise<Played> {
    // A promise that was rejected unseen is noticed after this turn.
    await new Promise((resolve) => setImmediate(resolve));
    const error = this.#unnoticed();
    return error === undefined ? { type: 'passed' } : { type: 'threw', error };
  }

  #unnoticed(): Error | undefined {
    if (this.#tools.stage?.crashed === true) return new Error('the script went on without it');
    const open = this.#steps.openCall();
    if (open !== undefined) {
      const says = `the script ended while its step "${open.name}" was still running; write await before step(…)`;
      return new ScriptMisuse(says, { stack: open.stack });
    }
    const [lost] = this.#around.strays.rejected();
    if (lost === undefined) return undefined;
    const { message, stack = '' } = asError(lost);
    const step = this.#steps.failedIn(lost);
    const says =
      step === undefined
        ? `a promise that nobody awaits was rejected; write await where it is made: ${message}`
        : `its step "${step.name}" failed, and nobody awaited it; write await before step(…): ${message}`;
    return new ScriptMisuse(says, { stack, cause: lost });
  }

  async #conclude(
    played: Played,
    more: { readonly known?: Verdict; readonly ending?: Promise<unknown> } = {},
  ): Promise<Performance> {
    const durationMs = Math.round(performance.now() - this.#origin);
    const { stage, traffic } = this.#tools;
    if (played.type === 'passed' && stage !== undefined) this.#around.passed();
    const view = await this.#lookAround(played);
    const ran = await runCleanups(this.#tools.cleanups, this.#timeLeft(cleanupMsMax), (count) =>
      this.#around.tell({ type: 'cleanups', count }),
    );
    const trace = await view.trace;
    const { verdict: judged, error } = await this.#judge(played, { ...more, busy: view.busy });
    const cleanupFault = withLeft(ran, this.#tools.cleanups.length);
    const { verdict = this.#cleanupVerdict(cleanupFault), suspect } = this.#blame(judged, error, view);
    const seen = {
      startedAt: this.#startedAt,
      durationMs,
      steps: this.#steps.results(),
      verdict,
      step: view.failedStep?.name,
      suspect,
      vitals: view.vitals,
      requests: traffic.summary(),
      failed: view.failed,
      systemOf: this.#systemOf,
      console: stage?.errors ?? [],
      finalUrl: view.finalUrl,
      evidence: view.evidence,
      sourceLine: error instanceof Error ? this.#sourceLine(error) : undefined,
      cleanupFault: cleanupFault?.message,
      trace,
    };
    const doubt = this.#doubt(played, verdict, cleanupFault);
    const clear = async () => {
      await this.#tools.dispose();
      await stage?.context.close();
    };
    return { report: reportOf(seen, this.#around.redact), stage, ...(doubt === undefined ? {} : { doubt }), clear };
  }

  /** What there is to see when the script has ended, before its cleanups change it. */
  async #lookAround(played: Played): Promise<View> {
    const { stage, traffic } = this.#tools;
    const failedStep = (played.type === 'threw' ? this.#steps.failedIn(played.error) : undefined) ?? this.#steps.open();
    const from = this.#origin + (failedStep?.startMs ?? 0);
    const since = traffic.failedSince(from);
    const before = traffic.failedSince(0).filter((one) => !one.hanging && !since.includes(one));
    const busy = traffic.busy > 0;
    const tunnelStands = traffic.secureAnswerAt >= from;
    const page = stage === undefined ? undefined : pageInFront(stage.context, stage.page);
    // A window that opened beside it may be an error page without any harm.
    const main = stage?.page.isClosed() ? page : stage?.page;
    const document = main === undefined ? undefined : stage?.documents.of(main);
    const passed = played.type === 'passed' && doubtPass(this.#sceneOf(document)) === undefined;
    // Ended first: what is done for the evidence is no part of the run.
    const trace = this.#trace(passed);
    const evidence = passed ? undefined : await this.#evidence();
    const finalUrl = page === undefined ? undefined : addressOf(page, this.#around.redact);
    this.#steps.close();
    // At the deadline the time that is left belongs to the cleanups.
    if (stage?.usable && played.type !== 'deadline') await stage.vitals.settle(stage.page);
    const vitals = stage?.vitals.result();
    const failed = [...since, ...before];
    return { failedStep, since, failed, busy, tunnelStands, trace, evidence, finalUrl, document, vitals };
  }

  #blame(judged: Verdict | undefined, error: unknown, view: View): Partial<Blame> {
    const scene = this.#sceneOf(view.document, view);
    if (judged === undefined) return doubtPass(scene) ?? {};
    const asked = judged.firstHand === true ? askedIn(error, view.failed) : undefined;
    const { since: failed, tunnelStands } = view;
    return blame(judged, { ...scene, failed, tunnelStands, ...(asked === undefined ? {} : { asked }) });
  }

  /** What the answer to the page, or to the script's own last request, says; more is known once the page was looked at. */
  #sceneOf(document: DocumentAnswer | undefined, { evidence, finalUrl }: Partial<View> = {}) {
    const { traffic, stage } = this.#tools;
    const answer = document ?? (stage === undefined ? traffic.lastAnswer : undefined);
    const { status, headers } = answer ?? {};
    const wall = wallIn({ status, headers, html: evidence?.head, url: finalUrl, frames: evidence?.frames });
    return {
      ...(document === undefined ? {} : { document }),
      ...(wall === undefined ? {} : { wall: `${wallName(wall)} stands in the way` }),
      systemOf: this.#systemOf,
      own: this.#order.system,
      dependsOn: this.#order.dependsOn,
    };
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

  #doubt(played: Played, verdict: Verdict | undefined, cleanup: CleanupFault | undefined): string | undefined {
    if (played.type === 'deadline') return 'its run met the deadline';
    if (cleanup?.goesOn) return 'a cleanup of its run had not ended';
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

/** The address that a script asked in vain: of its own request, or of a page that the network refused. */
function askedIn(error: unknown, failed: readonly FailedRequest[]): string | undefined {
  const thrown = asError(error);
  const own = failed.find((one) => one.thrown !== undefined && (one.thrown === thrown || one.thrown === thrown.cause));
  return own?.url.href ?? lastAskedIn(thrown)?.href ?? / at (https?:\/\/\S+)/.exec(thrown.message)?.[1];
}

/** What went wrong while cleaning up, and how many cleanups never ran: they were registered when it was too late. */
function withLeft(fault: CleanupFault | undefined, left: number): CleanupFault | undefined {
  // Those that stood in line behind one that took too long are told of already.
  if (left === 0 || fault?.goesOn === true) return fault;
  const message = `${left === 1 ? 'one was' : `${left} were`} registered too late to be run`;
  return fault === undefined
    ? { message, thrown: undefined, goesOn: false }
    : { ...fault, message: `${fault.message}; ${message}` };
}
