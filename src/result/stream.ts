/**
 * The results stream: one Redis stream per project that carries every entry from the vantages to the readers.
 *
 * A reader keeps its position together with its own state and only tells it here, so that the stream can be
 * trimmed behind the slowest. Above that stands a hard bound, which each writer applies.
 */
import type { Redis } from 'ioredis';

/** The stream's key. The braces are Redis Cluster's hash tag. */
export function resultsKey(project: string): string {
  return `vedette:{${project}}:results`;
}

function positionsKey(project: string): string {
  return `vedette:{${project}}:positions`;
}

/** The field under which an entry's line stands. */
export const lineField = 'e';

/** Before the first entry of any stream. */
export const streamStart = '0-0';

/** How far a reader has come. */
export interface Position {
  /** Id of the last entry that was read. */
  readonly id: string;
  /** How many entries had ever been added up to and including that one: what was trimmed unread is counted by it. */
  readonly ordinal: number;
}

/** Orders two stream ids as Redis does: negative when `a` is before `b`. */
export function compareIds(a: string, b: string): number {
  const [aMs = '0', aSeq = '0'] = a.split('-');
  const [bMs = '0', bSeq = '0'] = b.split('-');
  return Number(aMs) - Number(bMs) || Number(aSeq) - Number(bSeq);
}

/** When an entry was added, by Redis's clock, epoch ms. */
export function addedAt(id: string): number {
  return Number(id.split('-', 1)[0]);
}

/** Tells how far a reader has come, for {@link trimStream} and `status`. Call it after the position is kept for good. */
export async function publishPosition(redis: Redis, project: string, name: string, id: string): Promise<void> {
  await redis.hset(positionsKey(project), name, id);
}

/** How far the stream reaches and how far each reader has told that it came, as entry ids. */
export async function streamProgress(
  redis: Redis,
  project: string,
): Promise<{ readonly last: string | undefined; readonly readers: Readonly<Record<string, string>> }> {
  const [entry] = await redis.xrevrange(resultsKey(project), '+', '-', 'COUNT', 1);
  return { last: entry?.[0], readers: await redis.hgetall(positionsKey(project)) };
}

/**
 * Trims what every reader has read. Approximate: Redis frees whole nodes of about a hundred entries.
 * @param readers who must have published a position: while one has not, nothing is trimmed
 * @returns how many entries went
 */
export async function trimStream(options: {
  readonly redis: Redis;
  readonly project: string;
  readonly readers: readonly string[];
}): Promise<number> {
  const { redis, project, readers } = options;
  const positions = await redis.hgetall(positionsKey(project));
  if (readers.length === 0 || readers.some((reader) => positions[reader] === undefined)) return 0;
  const [slowest] = Object.values(positions).sort(compareIds);
  if (slowest === undefined) return 0;
  return redis.xtrim(resultsKey(project), 'MINID', '~', slowest);
}
