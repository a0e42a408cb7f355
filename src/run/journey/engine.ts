/**
 * The journey engine: gives each run to a warm child process, holds the deadline, and makes a result of whatever
 * happens. An endless loop, a frozen page or a browser that dies costs one run and nothing else.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type Finding, type Result, resultOf, type Task } from '../../result/result.ts';
import type { Engine, Surroundings } from '../engine.ts';
import { type BundleFiles, createBundleFiles } from './bundles.ts';
import { type JourneyChild, startChild } from './child-process.ts';
import { findChromium, type SandboxSetting, sandboxOf } from './chromium.ts';
import { broken, findingOf, Watch } from './finding.ts';
import { journeyOf, orderOf } from './order.ts';
import { createPool, type Pool } from './pool.ts';
import { birthOf } from './process-tree.ts';

/** A child that has not answered so long after the deadline is killed, milliseconds. */
const graceMs = 1_500;

export interface JourneyEngineOptions {
  /** Journeys at a time: children, with a browser each. */
  readonly poolSize: number;
  /** The browser's executable; `undefined`: the one that {@link findChromium} finds. */
  readonly chromium: string | undefined;
  readonly sandbox: SandboxSetting;
  /** Scratch folders are made below it, and removed. */
  readonly dataDir: string;
  readonly log: Logger;
  /** Shows the browser's window; needs a full browser and a display. Default: no. */
  readonly headed?: boolean;
  /** Runs after which a child is replaced. Default 200. */
  readonly runsMax?: number;
  /** Resident memory of a child and its browser beyond which it is replaced, and a run killed, bytes. Default 2 GiB: shared pages count in each process. */
  readonly childBytesMax?: number;
}

export interface JourneyEngine extends Engine {
  /** Starts the children ahead of need, and with `browser` their browsers too. Resolves when they stand. */
  prewarm(options?: { readonly browser?: boolean }): Promise<void>;
  /** Resolves when every child is ready for its next run, replaced ones included. */
  settled(): Promise<void>;
  /** Pids of the children that live now. */
  pids(): number[];
}

/** Creates the engine; nothing is started before the first run or {@link JourneyEngine.prewarm}. */
export function createJourneyEngine(options: JourneyEngineOptions): JourneyEngine {
  return new PooledJourneys(options);
}

class PooledJourneys implements JourneyEngine {
  readonly #options: JourneyEngineOptions;
  readonly #root: string;
  readonly #bundles: BundleFiles;
  readonly #childBytesMax: number;
  readonly #pool: Pool;
  readonly #stopping = new AbortController();
  #settings: Promise<{ chromium?: string; sandbox: boolean; headed: boolean }> | undefined;

  constructor(options: JourneyEngineOptions) {
    this.#options = options;
    // The owner is in the name: what a killed owner left behind is known by it.
    const owner = `${process.pid}-${birthOf(process.pid)}`;
    this.#root = join(options.dataDir, 'journeys', `${owner}-${randomBytes(4).toString('hex')}`);
    this.#childBytesMax = options.childBytesMax ?? 2 * 1024 ** 3;
    this.#bundles = createBundleFiles(join(this.#root, 'bundles'));
    this.#pool = createPool({
      size: options.poolSize,
      runsMax: options.runsMax ?? 200,
      childBytesMax: this.#childBytesMax,
      start: () => this.#startChild(),
      log: options.log,
    });
  }

  async prewarm(options: { readonly browser?: boolean } = {}): Promise<void> {
    await this.#pool.prewarm(options.browser ?? false);
  }

  settled(): Promise<void> {
    return this.#pool.settled();
  }

  pids(): number[] {
    return this.#pool.pids();
  }

  async run(task: Task, surroundings: Surroundings): Promise<Result> {
    const probe = journeyOf(task);
    const called = { at: Date.now(), traceId: randomBytes(16).toString('hex') };
    const deadlineAt = called.at + probe.timeoutMs;
    const deadline = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(probe.timeoutMs)]);
    const finish = (finding: Finding) => resultOf(task, finding);

    let bundle: string;
    try {
      bundle = await before(deadline, this.#bundles.path(probe.bundle, surroundings.bundle));
    } catch (thrown) {
      return finish(broken(called, 'vantage', `the journey's code could not be fetched: ${asError(thrown).message}`));
    }
    let child: JourneyChild | undefined;
    try {
      child = await this.#pool.acquire(deadline);
    } catch (thrown) {
      return finish(broken(called, 'browser', asError(thrown).message));
    }
    if (child === undefined) return finish(broken(called, 'vantage', this.#whyNone()));
    const order = orderOf(task, probe, surroundings, { bundle, deadlineAt, traceId: called.traceId });
    const watch = new Watch(surroundings.onStep);
    const bounds = { killAt: deadlineAt + graceMs, bytesMax: this.#childBytesMax };
    const ending = await child.perform(order, bounds, (event) => watch.tell(event));
    const finding = await findingOf(
      ending,
      { probe, called, watch, order, stopping: this.#stopping.signal.aborted },
      surroundings,
    );
    this.#pool.release(child, ending.type === 'report' ? undefined : `the run before ended as ${ending.type}`);
    return finish(finding);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('the vantage is stopping'));
    await this.#pool[Symbol.asyncDispose]();
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  #whyNone(): string {
    const { poolSize } = this.#options;
    if (this.#stopping.signal.aborted) return 'the vantage is stopping';
    return `all ${poolSize} journey processes were busy until the run had to end; raise VEDETTE_JOURNEY_POOL or run less often`;
  }

  async #startChild(): Promise<JourneyChild> {
    this.#settings ??= this.#prepare().catch((thrown: unknown) => {
      // A disk that was full may have room for the next run.
      this.#settings = undefined;
      throw thrown;
    });
    return startChild(this.#root, await this.#settings);
  }

  async #prepare(): Promise<{ chromium?: string; sandbox: boolean; headed: boolean }> {
    await sweep(join(this.#options.dataDir, 'journeys'));
    const sandbox = sandboxOf(this.#options.sandbox);
    if (!sandbox.on) this.#options.log.warn(`the browser's sandbox is off: ${sandbox.why}`);
    const chromium = this.#options.chromium ?? (await findChromium());
    return {
      ...(chromium === undefined ? {} : { chromium }),
      sandbox: sandbox.on,
      headed: this.#options.headed ?? false,
    };
  }
}

/** Removes what engines left behind whose process was killed. */
async function sweep(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const [, pid, birth] = /^(\d+)-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || birth === undefined || lives(Number(pid), birth)) continue;
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

function lives(pid: number, birth: string): boolean {
  const seen = birthOf(pid);
  if (seen !== '0' && birth !== '0') return seen === birth;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Not ours to signal, but there.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What `work` resolves to, unless the signal comes first. */
function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new Error(signal.reason instanceof Error ? signal.reason.message : 'it took too long'));
  if (signal.aborted) late();
  signal.addEventListener('abort', late, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', late));
}
