/**
 * Every run that ended, by its trace: also those whose result came too late to be recorded.
 */
import type { Redis } from 'ioredis';
import { createLog } from '../src/base/log.ts';
import { createStreamReader } from '../src/result/reader.ts';

/** Follows the results stream until disposed. */
export interface StreamTap extends AsyncDisposable {
  /** Result id by trace id, of scheduled runs. */
  readonly runs: ReadonlyMap<string, string>;
}

/** Taps the results stream of a project, from its beginning. */
export function tapStream(redis: Redis, project: string): StreamTap {
  const runs = new Map<string, string>();
  const log = createLog('tap', 'silent');
  const reader = createStreamReader({ redis, project, name: 'tap', from: undefined, log });
  const following = (async () => {
    for await (const { entries } of reader) {
      for (const { entry } of entries) {
        if (entry.type === 'result' && entry.result.cause === 'scheduled')
          runs.set(entry.result.traceId, entry.result.id);
      }
    }
  })();
  return {
    runs,
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]();
      await following;
    },
  };
}
