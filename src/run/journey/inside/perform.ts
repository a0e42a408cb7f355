/**
 * One run inside the child: set the stage, play the script, gather what was seen, clean up, judge.
 */
import type { APIRequestContext } from 'playwright';
import { asError } from '../../../base/errors.ts';
import { formatDuration } from '../../../base/time.ts';
import type { JourneyScript } from '../../../probe/dsl-value.ts';
import { messageCharsMax } from '../../../result/result.ts';
import type { StepEvent } from '../../engine.ts';
import { createRedactor } from '../../redact.ts';
import type { FromChild, Order, Report, StageSettings, Verdict } from '../messages.ts';
import { runCleanups } from './cleanup.ts';
import { atDeadline } from './deadline.ts';
import { pageInFront, screenshotOf, within } from './evidence.ts';
import { loadScript } from './imports.ts';
import { namesTaken } from './parameters.ts';
import { sourceLineOf } from './source-line.ts';
import { apiClient, type Stage } from './stage.ts';
import { recordSteps, type Steps } from './steps.ts';
import { Traffic } from './traffic.ts';
import { type Failure, judge, ScriptMisuse, SecretMissing } from './verdict.ts';

/** An action that is not told otherwise waits so long, milliseconds; less when the run has less. */
const actionMsMax = 10_000;
const navigationMsMax = 30_000;
/** Cleaning up takes at most so long in all; at the deadline, what remains of the time after it. */
const cleanupMsMax = 5_000;
/** Evidence, cleaning up and the report of a run that met its deadline must be done so long after it. */
const afterDeadlineMsMax = 950;
const screenshotMsMax = 1_500;
const consoleCharsMax = 300;
const urlCharsMax = 2_000;

/** What a run needs from its child. */
export interface Surround {
  /** A stage of this kind, prepared or new. @throws BrowserFault */
  readonly stage: (settings: StageSettings) => Promise<Stage>;
  readonly tell: (message: FromChild) => void;
  /** Called when a script that had a page passed: what comes now leaves the browser idle. */
  readonly passed: () => void;
  /** Rejects when something is thrown where nobody catches it. */
  readonly stray: Promise<never>;
}

export interface Performance {
  readonly report: Report;
  readonly stage: Stage | undefined;
  /** Why this child should not be used again. */
  readonly doubt?: string;
  /** Closes what the run opened. */
  readonly clear: () => Promise<void>;
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
  readonly #redact: (text: string) => string;
  readonly #steps: Steps;
  readonly #cleanups: (() => unknown)[] = [];
  #traffic = new Traffic();
  #stage: Stage | undefined;
  #api: APIRequestContext | undefined;
  #startedAt = Date.now();
  #origin = performance.now();
  /** The script has been called, and has not ended. */
  #playing = false;

  constructor(order: Order, around: Surround) {
    this.#order = order;
    this.#around = around;
    this.#redact = createRedactor(Object.values(order.secrets));
    const tell = (event: StepEvent) => around.tell({ type: 'step', event });
    this.#steps = recordSteps(() => performance.now() - this.#origin, this.#redact, tell);
  }

  async perform(): Promise<Performance> {
    let at: Failure['at'] = 'loading';
    const preparing = async () => {
      const script = await loadScript(this.#order.bundle, this.#order.export);
      at = 'browser';
      return { script, args: await this.#argumentsFor(script) };
    };
    const ready = await this.#untilDeadline(preparing());
    if (ready.type !== 'done') {
      const error = ready.type === 'threw' ? asError(ready.error) : new Error(this.#late(at));
      return this.#conclude({ type: 'threw', error }, this.#verdictOf(error, at));
    }
    this.#startedAt = Date.now();
    this.#origin = performance.now();
    this.#around.tell({ type: 'began', at: this.#startedAt });
    const { script, args } = ready.value;
    this.#playing = true;
    const ending = (async () => script(args))();
    const ended = () => {
      this.#playing = false;
    };
    ending.then(ended, ended);
    const outcome = await this.#untilDeadline(ending);
    if (outcome.type === 'done') return this.#conclude({ type: 'passed' });
    if (outcome.type === 'threw') return this.#conclude(outcome);
    return this.#conclude(outcome, undefined, ending);
  }

  /** What the script is given; only what it names is made. */
  async #argumentsFor(script: JourneyScript): Promise<Record<string, unknown>> {
    const names = namesTaken(script);
    const takes = (name: string) => names === 'all' || names.has(name);
    const { values } = this.#order;
    const args: Record<string, unknown> = {
      ...values,
      step: this.#steps.step,
      secret: (name: string) => this.#secret(name),
      cleanup: (body: () => unknown) => this.#addCleanup(body),
    };
    if (takes('page') || takes('context')) {
      const stage = await this.#around.stage(this.#order.stage);
      this.#stage = stage;
      this.#traffic = stage.traffic;
      await stage.begin(this.#order);
      const left = Math.max(1, this.#order.deadlineAt - Date.now());
      stage.context.setDefaultTimeout(Math.min(actionMsMax, left));
      stage.context.setDefaultNavigationTimeout(Math.min(navigationMsMax, left));
      Object.assign(args, { page: stage.page, context: stage.context, request: stage.context.request });
    } else if (takes('request')) {
      this.#api = await apiClient(this.#order, this.#traffic);
      args.request = this.#api;
    }
    return args;
  }

  #secret(name: string): string {
    const value = this.#order.secrets[name];
    if (value !== undefined) return value;
    throw new SecretMissing(
      `the secret ${name} is not there: name it among the probe's secrets, and set it at the vantage ` +
        `(environment, or a file in VEDETTE_SECRETS_DIR)`,
    );
  }

  #addCleanup(body: () => unknown): void {
    if (typeof body !== 'function') throw new TypeError('cleanup wants a function: cleanup(() => …)');
    this.#cleanups.push(body);
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

  async #conclude(played: Played, known?: Verdict, ending?: Promise<unknown>): Promise<Performance> {
    const durationMs = Math.round(performance.now() - this.#origin);
    if (played.type === 'passed' && this.#stage !== undefined) this.#around.passed();
    const failedStep = played.type === 'threw' ? this.#steps.failedIn(played.error) : this.#steps.open();
    const from = this.#origin + (failedStep?.startMs ?? 0);
    const suspect =
      played.type === 'passed' ? undefined : this.#traffic.suspect(from, this.#order.system, this.#order.dependsOn);
    const screenshot = played.type === 'passed' ? undefined : await this.#picture();
    const finalUrl = this.#finalUrl();
    this.#steps.close();
    // Before cleaning up, which may open pages of its own.
    if (this.#stage?.usable && this.#timeLeft(500) > 450) await this.#stage.vitals.settle(this.#stage.page);
    const vitals = this.#stage?.vitals.result();
    const fault = await runCleanups(this.#cleanups, this.#timeLeft(cleanupMsMax));

    let verdict = known;
    let error = played.type === 'threw' ? played.error : undefined;
    if (played.type === 'deadline') {
      const released = await this.#release(ending);
      error = released;
      verdict = atDeadline(released, {
        timeoutMs: this.#order.timeoutMs,
        lateMs: this.#startedAt - (this.#order.deadlineAt - this.#order.timeoutMs),
        busy: this.#traffic.busy > 0,
      });
    } else if (played.type === 'threw' && verdict === undefined) {
      await this.#letBrowserDie(played.error);
      verdict = this.#verdictOf(played.error, 'script');
    }
    if (fault !== undefined) verdict = withCleanup(verdict, fault);
    return this.#performance({ durationMs, failedStep, suspect, screenshot, finalUrl, vitals, verdict, error }, played);
  }

  #performance(
    seen: {
      durationMs: number;
      failedStep: { readonly name: string } | undefined;
      suspect: string | undefined;
      screenshot: Report['screenshot'];
      finalUrl: string | undefined;
      vitals: Report['vitals'];
      verdict: Verdict | undefined;
      error: unknown;
    },
    played: Played,
  ): Performance {
    const { verdict, failedStep, suspect, screenshot, finalUrl, vitals } = seen;
    const requests = this.#traffic.summary();
    const consoleErrors = (this.#stage?.errors ?? []).map((line) => this.#redact(line).slice(0, consoleCharsMax));
    const sourceLine = seen.error instanceof Error ? this.#sourceLine(seen.error) : undefined;
    const report: Report = {
      startedAt: this.#startedAt,
      durationMs: seen.durationMs,
      steps: this.#steps.results(),
      ...(verdict === undefined ? {} : { verdict: { ...verdict, message: this.#text(verdict.message) } }),
      ...(verdict === undefined || failedStep === undefined ? {} : { step: failedStep.name }),
      // What is broken here is no other system's doing.
      ...(suspect === undefined || verdict?.outcome !== 'fail' ? {} : { suspect }),
      ...(vitals === undefined ? {} : { vitals }),
      ...(Object.keys(requests).length === 0 ? {} : { requests }),
      ...(consoleErrors.length === 0 ? {} : { consoleErrors }),
      ...(finalUrl === undefined ? {} : { finalUrl }),
      ...(sourceLine === undefined ? {} : { sourceLine }),
      ...(screenshot === undefined ? {} : { screenshot }),
    };
    const doubt = this.#doubt(played, verdict);
    return {
      report,
      stage: this.#stage,
      ...(doubt === undefined ? {} : { doubt }),
      clear: async () => {
        await this.#api?.dispose();
        await this.#stage?.context.close();
      },
    };
  }

  #doubt(played: Played, verdict: Verdict | undefined): string | undefined {
    if (played.type === 'deadline') return 'its run met the deadline';
    if (this.#playing) return 'its script had not ended';
    if (verdict?.outcome === 'broken' && ['crash', 'browser'].includes(verdict.reason)) return verdict.message;
    return undefined;
  }

  /** Milliseconds that a task may take, `msMax` at the most, so that the report is on time. */
  #timeLeft(msMax: number): number {
    return Math.max(0, Math.min(msMax, this.#order.deadlineAt + afterDeadlineMsMax - 200 - Date.now()));
  }

  async #picture(): Promise<Report['screenshot']> {
    const stage = this.#stage;
    if (!stage?.usable) return undefined;
    const left = this.#order.deadlineAt + 450 - Date.now();
    return screenshotOf(pageInFront(stage.context, stage.page), Math.min(screenshotMsMax, left));
  }

  #finalUrl(): string | undefined {
    if (this.#stage === undefined) return undefined;
    const url = pageInFront(this.#stage.context, this.#stage.page).url();
    return url === 'about:blank' ? undefined : this.#redact(url).slice(0, urlCharsMax);
  }

  /** Closes the browser context, upon which every call to Playwright that still waits rejects, and says which it was. */
  async #release(ending: Promise<unknown> | undefined): Promise<Error | undefined> {
    const left = () => this.#order.deadlineAt + afterDeadlineMsMax - Date.now();
    const thrown = ending?.then(
      () => undefined,
      (error: unknown) => asError(error),
    );
    this.#stage?.context.close().catch(() => undefined);
    this.#api?.dispose().catch(() => undefined);
    return thrown === undefined ? undefined : within(left(), thrown);
  }

  /** The news that the browser died comes a moment after the calls that it left unanswered. */
  async #letBrowserDie(thrown: unknown): Promise<void> {
    const stage = this.#stage;
    if (stage === undefined || !/closed|crash|disconnected/i.test(asError(thrown).message)) return;
    for (let waited = 0; waited < 100 && stage.context.browser()?.isConnected() && !stage.crashed; waited += 10) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  #verdictOf(thrown: unknown, at: Failure['at']): Verdict {
    const error = asError(thrown);
    const browserDied =
      this.#stage !== undefined && (this.#stage.crashed || this.#stage.context.browser()?.isConnected() !== true);
    const verdict = judge({
      error,
      at,
      inStep: this.#steps.failedIn(thrown) !== undefined,
      deliberate: this.#thrownByAuthor(error),
      browserDied,
      proxy: this.#order.stage.proxy === undefined ? undefined : new URL(this.#order.stage.proxy).hostname,
    });
    if (verdict.reason === 'crash')
      return { ...verdict, message: `the browser died during the run: ${verdict.message}` };
    return verdict;
  }

  /** Whether the innermost frame of the stack is the bundle's own. */
  #thrownByAuthor(error: Error): boolean {
    if (error instanceof ScriptMisuse) return false;
    const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line));
    return frame?.includes(this.#order.bundle) === true;
  }

  #sourceLine(error: Error): Report['sourceLine'] {
    const found = sourceLineOf(error.stack ?? '', this.#order.bundle, this.#order.source);
    return found === undefined ? undefined : { ...found, text: this.#redact(found.text) };
  }

  /** Redacted before it is cut: half a secret would not be recognised. */
  #text(raw: string): string {
    return this.#redact(raw).slice(0, messageCharsMax);
  }
}

function withCleanup(verdict: Verdict | undefined, fault: string): Verdict {
  if (verdict === undefined) return { outcome: 'fail', reason: 'cleanup', message: `cleaning up failed: ${fault}` };
  return { ...verdict, message: `${verdict.message}\ncleaning up failed too: ${fault}` };
}
