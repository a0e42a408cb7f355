/**
 * A vantage's BullMQ queues as the scheduler sees them: job schedulers put in and taken out.
 */
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUES, type QueueName, queuePrefix } from './keys.ts';
import type { Round } from './rounds.ts';

/** Job schedulers written to Redis at a time. */
const writesAtOnceMax = 200;

/** Finished jobs are of no use to anybody: the result stream says what they did. */
export const jobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 } as const;

export interface VantageQueues extends AsyncDisposable {
  /** Ids of the job schedulers there, with the time of the next job, epoch ms. */
  present(): Promise<Map<string, { queue: QueueName; next: number }>>;
  upsert(rounds: readonly Round[]): Promise<void>;
  remove(ids: readonly { id: string; queue: QueueName }[]): Promise<void>;
}

/** Opens the queues of one vantage on a shared connection. */
export function vantageQueues(redis: Redis, project: string, vantage: string): VantageQueues {
  const prefix = queuePrefix(project, vantage);
  const open = (name: QueueName) => new Queue(name, { connection: redis, prefix, defaultJobOptions: jobOptions });
  const queues = { rounds: open('rounds'), journeys: open('journeys'), asap: open('asap') } satisfies Record<
    QueueName,
    Queue
  >;
  return {
    async present() {
      const found = new Map<string, { queue: QueueName; next: number }>();
      for (const queue of QUEUES) {
        for (const scheduler of await queues[queue].getJobSchedulers(0, -1)) {
          found.set(scheduler.key, { queue, next: scheduler.next ?? 0 });
        }
      }
      return found;
    },
    async upsert(rounds) {
      await inBatches(rounds, ({ id, queue, repeat }) =>
        queues[queue].upsertJobScheduler(id, repeat, { name: 'due', opts: jobOptions }),
      );
    },
    async remove(ids) {
      await inBatches(ids, ({ id, queue }) => queues[queue].removeJobScheduler(id));
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}

async function inBatches<T>(all: readonly T[], write: (one: T) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < all.length; i += writesAtOnceMax) {
    await Promise.all(all.slice(i, i + writesAtOnceMax).map(write));
  }
}
