/**
 * What a script is given: page, context, request, step, secret, cleanup and its values. Only what it names is made.
 */
import type { APIRequestContext } from 'playwright';
import type { JourneyScript } from '../../../probe/dsl-value.ts';
import type { FromChild, Order, StageSettings } from '../messages.ts';
import { namesTaken } from './parameters.ts';
import type { RunFolder } from './run-folder.ts';
import { apiClient, type Stage } from './stage.ts';
import type { Steps } from './steps.ts';
import type { RunStrays } from './strays.ts';
import { startTrace, type Trace } from './trace.ts';
import { Traffic } from './traffic.ts';
import { SecretMissing } from './verdict.ts';

/** An action that is not told otherwise waits so long, milliseconds; less when the run has less. */
const actionMsMax = 10_000;
const navigationMsMax = 30_000;

/** What a run needs from its child. */
export interface RunContext {
  /** A stage of this kind, prepared or new. @throws BrowserFault */
  readonly stage: (settings: StageSettings) => Promise<Stage>;
  readonly tell: (message: FromChild) => void;
  /** Called when a script that had a page passed: what comes now leaves the browser idle. */
  readonly passed: () => void;
  /** What the script leaves uncaught. */
  readonly strays: RunStrays;
  /** Masks the secrets of this run, and of those before it in this process. */
  readonly redact: (text: string) => string;
  /** Where the script finds itself, and leaves its files. */
  readonly folder: RunFolder;
}

/** The tools of one run, as far as they were made. */
export class Tools {
  readonly cleanups: (() => unknown)[] = [];
  stage: Stage | undefined;
  traffic = new Traffic();
  trace: Trace | undefined;
  readonly #order: Order;
  readonly #around: RunContext;
  readonly #steps: Steps;
  #api: APIRequestContext | undefined;

  constructor(order: Order, around: RunContext, steps: Steps) {
    this.#order = order;
    this.#around = around;
    this.#steps = steps;
  }

  /** Makes what a script names. @throws BrowserFault */
  async make(script: JourneyScript): Promise<Record<string, unknown>> {
    const names = namesTaken(script);
    const takes = (name: string) => names === 'all' || names.has(name);
    const args: Record<string, unknown> = {
      ...this.#order.values,
      step: this.#steps.step,
      secret: (name: string) => this.#secret(name),
      cleanup: (body: () => unknown) => this.#addCleanup(body),
    };
    if (takes('page') || takes('context')) {
      const { page, context } = await this.#makeStage();
      Object.assign(args, { page, context, request: context.request });
    } else if (takes('request')) {
      this.#api = await apiClient(this.#order, this.traffic);
      await this.#record(this.#api);
      args.request = this.#api;
    }
    return args;
  }

  /** Lets go of the API client; the stage is closed by whoever closes pages. */
  async dispose(): Promise<void> {
    await this.#api?.dispose();
  }

  async #makeStage(): Promise<Stage> {
    const order = this.#order;
    const stage = await this.#around.stage(order.stage);
    this.stage = stage;
    this.traffic = stage.traffic;
    await stage.begin(order);
    const left = Math.max(1, order.deadlineAt - Date.now());
    stage.context.setDefaultTimeout(Math.min(actionMsMax, left));
    stage.context.setDefaultNavigationTimeout(Math.min(navigationMsMax, left));
    await this.#record(stage.context);
    return stage;
  }

  async #record(context: Parameters<typeof startTrace>[0]): Promise<void> {
    if (this.#order.trace === 'off') return;
    // A run without its trace is worth more than none.
    this.trace = await startTrace(context, Object.values(this.#order.secrets)).catch(() => undefined);
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
    this.cleanups.push(body);
    this.#around.tell({ type: 'cleanups', count: this.cleanups.length });
  }
}
