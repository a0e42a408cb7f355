/**
 * The pool: at most so many children, each with one run at a time. A child is replaced after so many runs, when it
 * holds too much memory, and on any doubt; its replacement starts at once, so the next run finds it warm.
 */
import { asError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { JourneyChild } from './child-process.ts';

/** Memory is looked at after a run, at most this often, milliseconds. */
const memoryCheckMs = 5_000;

export interface PoolOptions {
  readonly size: number;
  /** Runs after which a child is replaced. */
  readonly runsMax: number;
  /** Resident memory of a child and its browser beyond which it is replaced, bytes. */
  readonly childBytesMax: number;
  readonly start: () => Promise<JourneyChild>;
  readonly log: Logger;
}

export interface Pool extends AsyncDisposable {
  /**
   * A child for one run; `undefined` when none came free before the signal.
   * @throws VedetteError `CHILD_START` when no child can be started.
   */
  acquire(signal: AbortSignal): Promise<JourneyChild | undefined>;
  /** Gives a child back. `doubt`: why it must not be used again. The next run may have it once it has settled. */
  release(child: JourneyChild, doubt?: string): void;
  /** Starts children up to the pool's size, and their browsers if wanted. */
  prewarm(browser: boolean): Promise<void>;
  /** Resolves when nothing is being started, cleared away or replaced any more. */
  settled(): Promise<void>;
  /** Pids of the children that live. */
  pids(): number[];
}

type Waiter = (child: JourneyChild | Error | undefined) => void;

/** Creates an empty pool; children start when they are needed or by `prewarm`. */
export function createPool(options: PoolOptions): Pool {
  return new ChildPool(options);
}

class ChildPool implements Pool {
  readonly #options: PoolOptions;
  readonly #children = new Set<JourneyChild>();
  /** The one used last is taken first: its modules and its prepared context are of the latest kind. */
  readonly #idle: JourneyChild[] = [];
  readonly #waiting: Waiter[] = [];
  readonly #memoryCheckedAt = new WeakMap<JourneyChild, number>();
  /** Whatever still works in the background; disposal waits for it. */
  readonly #pending = new Set<Promise<void>>();
  #starting = 0;
  #disposed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  acquire(signal: AbortSignal): Promise<JourneyChild | undefined> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return Promise.resolve(idle);
    if (this.#disposed || signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = (child) => {
        signal.removeEventListener('abort', giveUp);
        if (child instanceof Error) reject(child);
        else resolve(child);
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(undefined);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(waiter);
      if (this.#starting < this.#waiting.length) this.#grow(false);
    });
  }

  release(child: JourneyChild, doubt?: string): void {
    this.#inBackground(this.#takeBack(child, doubt));
  }

  async prewarm(browser: boolean): Promise<void> {
    while (this.#grow(browser));
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  pids(): number[] {
    return [...this.#children].map((child) => child.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const waiter of this.#waiting.splice(0)) waiter(undefined);
    while (this.#pending.size > 0 || this.#children.size > 0) {
      await Promise.all([...this.#children].map((child) => this.#end(child)));
      await this.settled();
    }
  }

  /** Starts one more child unless the pool is full; false when it is. */
  #grow(browser: boolean): boolean {
    if (this.#disposed || this.#children.size + this.#starting >= this.#options.size) return false;
    this.#starting += 1;
    this.#inBackground(
      this.#start(browser).catch((thrown: unknown) => {
        this.#options.log.error({ err: thrown }, 'a journey process did not start');
        // Only one waiter hears of it: the others may have more luck with a child that comes free.
        this.#waiting.shift()?.(asError(thrown));
        if (this.#waiting.length > 0) this.#grow(false);
      }),
    );
    return true;
  }

  async #start(browser: boolean): Promise<void> {
    let child: JourneyChild;
    try {
      child = await this.#options.start();
      this.#children.add(child);
    } finally {
      this.#starting -= 1;
    }
    try {
      await child.ready;
      if (browser) await child.warm();
    } catch (thrown) {
      await this.#end(child);
      throw thrown;
    }
    void child.exited.then((how) => this.#lost(child, how));
    this.#offer(child);
  }

  /** One that dies while it is idle, e.g. for want of memory, must not be given to a run. */
  #lost(child: JourneyChild, how: string): void {
    const at = this.#idle.indexOf(child);
    if (at === -1) return;
    this.#idle.splice(at, 1);
    this.#inBackground(this.#takeBack(child, `it died while idle (${how})`));
  }

  #offer(child: JourneyChild): void {
    if (this.#disposed || !this.#children.has(child)) return;
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#idle.push(child);
    else waiter(child);
  }

  async #takeBack(child: JourneyChild, told: string | undefined): Promise<void> {
    const doubt = told ?? (await child.settled()) ?? (await this.#wornOut(child));
    if (doubt === undefined) {
      this.#offer(child);
      return;
    }
    this.#options.log.debug({ pid: child.pid, runs: child.runs, why: doubt }, 'a journey process is replaced');
    await this.#end(child);
    this.#grow(child.browser);
  }

  async #wornOut(child: JourneyChild): Promise<string | undefined> {
    if (child.runs >= this.#options.runsMax) return `it has done ${child.runs} runs`;
    const now = Date.now();
    if (now - (this.#memoryCheckedAt.get(child) ?? 0) < memoryCheckMs) return undefined;
    this.#memoryCheckedAt.set(child, now);
    const bytes = await child.memoryBytes();
    return bytes > this.#options.childBytesMax ? `it holds ${Math.round(bytes / 1024 ** 2)} MiB` : undefined;
  }

  async #end(child: JourneyChild): Promise<void> {
    const at = this.#idle.indexOf(child);
    if (at !== -1) this.#idle.splice(at, 1);
    await child.kill();
    this.#children.delete(child);
  }

  #inBackground(work: Promise<void>): void {
    const watched = work
      .catch((thrown: unknown) => this.#options.log.error({ err: thrown }, 'a journey process could not be put away'))
      .finally(() => this.#pending.delete(watched));
    this.#pending.add(watched);
  }
}
