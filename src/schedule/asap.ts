/**
 * Runs wanted at once, by people or to confirm a failure: a queue of its own per vantage, with places of its own.
 */
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { queuePrefix } from './keys.ts';
import { jobOptions } from './queues.ts';

const askedShape = z.object({
  /** A check's id. */
  check: z.string(),
  cause: z.enum(['confirmation', 'manual']),
  /** Names the request, so that a repeat is recognised. */
  request: z.string().regex(/^[\w.-]{1,64}$/),
  /** When it was asked for, epoch ms. */
  at: z.number().int(),
});

/** A run that somebody wants now. */
export type Asked = z.infer<typeof askedShape>;

/** A job's data, if it is one of ours. */
export function askedOf(data: unknown): Asked | undefined {
  const parsed = askedShape.safeParse(data);
  return parsed.success ? parsed.data : undefined;
}

/** Asks a vantage for a run; the same request of the same check is asked once. */
export async function askForRun(redis: Redis, project: string, vantage: string, asked: Asked): Promise<void> {
  const queue = new Queue<Asked>('asap', { connection: redis, prefix: queuePrefix(project, vantage) });
  try {
    await queue.add('asked', asked, { ...jobOptions, jobId: `${asked.request}.${asked.check}`.replaceAll(':', '_') });
  } finally {
    await queue.close();
  }
}
