/**
 * What is thrown where nobody catches it: it belongs to the run whose script did it, and never to the one after it.
 */
import { basename } from 'node:path';
import { asError } from '../../../base/errors.ts';

/** What nobody caught of one run. */
export interface RunStrays {
  /** Rejects when something is thrown out of reach of every `await`: in a timer, in a listener. */
  readonly thrown: Promise<never>;
  /** Why promises were rejected that nobody awaits, or not yet. */
  rejected(): unknown[];
}

interface Current {
  readonly bundle: string;
  readonly thrown: PromiseWithResolvers<never>;
  readonly rejected: Map<Promise<unknown>, unknown>;
}

/** Listens to this process. */
export class Strays {
  /** Something was thrown out of reach of the run under way: the process must not be used again. */
  shaken: string | undefined;
  #current: Current | undefined;

  constructor() {
    process.on('uncaughtException', (error) => {
      this.shaken ??= `uncaught: ${asError(error).message}`;
      if (this.#belongs(error)) this.#current?.thrown.reject(asError(error));
    });
    process.on('unhandledRejection', (error, promise) => {
      if (this.#belongs(error)) this.#current?.rejected.set(promise, error);
      else this.shaken ??= `rejected: ${asError(error).message}`;
    });
    process.on('rejectionHandled', (promise) => this.#current?.rejected.delete(promise));
  }

  /** From now on what this bundle's script leaves uncaught is its own. */
  begin(bundle: string): RunStrays {
    const thrown = Promise.withResolvers<never>();
    thrown.promise.catch(() => undefined);
    const current: Current = { bundle, thrown, rejected: new Map() };
    this.#current = current;
    return { thrown: thrown.promise, rejected: () => [...current.rejected.values()] };
  }

  /** The run is over: whatever comes now was left behind by it. */
  end(): void {
    this.#current = undefined;
  }

  /** A page that was closed under a call is that of a run before, as long as its own still stands. */
  #belongs(error: unknown): boolean {
    if (this.#current === undefined) return false;
    const { message, stack = '' } = asError(error);
    if (/Target page, context or browser has been closed/.test(message)) return false;
    const bundles = stack.match(/\/bundles\/[\w-]+\.mjs/g) ?? [];
    return bundles.length === 0 || bundles.some((path) => path.endsWith(basename(this.#current?.bundle ?? '')));
  }
}
