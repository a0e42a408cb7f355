/**
 * The http engine: one request over a new connection, its redirects, and what the answer is worth.
 *
 * A run owns everything it opens and one timer; nothing but compiled probes and TLS contexts outlives it. Through an
 * egress proxy everything goes through a tunnel (see `tunnel.ts`), loopback targets too.
 */
import { createRequire } from 'node:module';
import { type Clock, systemClock } from '../../base/time.ts';
import { type Result, resultOf, type Task } from '../../result/result.ts';
import type { Engine, Surroundings } from '../engine.ts';
import { Run, type RunContext } from './run.ts';
import { createContexts } from './secure.ts';
import { Trouble } from './trouble.ts';

export interface HttpEngineOptions {
  /** How the engine calls itself to targets, before the probe's id. Default: `vedette/VERSION`. */
  readonly userAgent?: string;
  /** Times of results come from here; durations do not. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** Creates the engine. Disposing it ends the runs under way as `broken`, reason `vantage`. */
export function createHttpEngine({ userAgent = ownName(), clock = systemClock }: HttpEngineOptions = {}): Engine {
  const context: RunContext = { contexts: createContexts(), userAgent, now: () => clock.now() };
  const under = new Set<Run>();
  return {
    async run(task: Task, surroundings: Surroundings): Promise<Result> {
      const run = new Run(task, surroundings, context);
      under.add(run);
      try {
        return resultOf(task, await run.perform());
      } finally {
        under.delete(run);
      }
    },
    [Symbol.asyncDispose](): Promise<void> {
      for (const run of under) run.stop(new Trouble('vantage', 'the vantage is stopping', { phase: null }));
      return Promise.resolve();
    },
  };
}

function ownName(): string {
  const { version } = createRequire(import.meta.url)('vedette/package.json') as { version: string };
  return `vedette/${version}`;
}
