/**
 * How many jobs wait in a vantage's queues.
 */
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { QUEUES, type QueueName, queuePrefix } from './keys.ts';

/** Jobs that wait for a worker, by queue; also while nobody speaks for the vantage. */
export async function queueDepths(redis: Redis, project: string, vantage: string): Promise<Record<QueueName, number>> {
  const depths: Record<QueueName, number> = { rounds: 0, journeys: 0, asap: 0 };
  for (const name of QUEUES) {
    const queue = new Queue(name, { connection: redis, prefix: queuePrefix(project, vantage) });
    depths[name] = await queue.getWaitingCount();
    await queue.close();
  }
  return depths;
}
