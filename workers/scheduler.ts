/** The scheduler: keeps job schedulers in line with the published plan. Start two; one works, the other waits. */
import { startScheduler } from '../src/schedule/scheduler.ts';
import { runWorker } from './process.ts';

await runWorker('scheduler', async ({ redisUrl, project, log }) => {
  const scheduler = startScheduler({ redisUrl, project, log });
  return {
    troubles: () => [scheduler.trouble()].filter((trouble) => trouble !== undefined),
    [Symbol.asyncDispose]: () => scheduler[Symbol.asyncDispose](),
  };
});
