/**
 * Which job schedulers a vantage should have, and what to do about those it has: pure.
 */
import type { QueueName } from './keys.ts';
import type { Round } from './rounds.ts';

/** A job scheduler whose next job is this much overdue while its vantage listens has lost its chain. Milliseconds. */
export const chainLostMs = 60_000;

export interface Present {
  readonly queue: QueueName;
  /** Epoch ms of its next job. */
  readonly next: number;
}

export interface Repair {
  readonly upsert: readonly Round[];
  readonly remove: readonly { readonly id: string; readonly queue: QueueName }[];
}

/**
 * @param wanted rounds that must have a scheduler
 * @param kept ids of an older plan's rounds that are still needed until it is out of force
 * @param listening whether a vantage process takes jobs; if none does, overdue schedulers are no surprise
 */
export function repair(
  wanted: ReadonlyMap<string, Round>,
  kept: ReadonlySet<string>,
  present: ReadonlyMap<string, Present>,
  now: number,
  listening: boolean,
): Repair {
  const lost = (found: Present) => listening && found.next < now - chainLostMs;
  const upsert: Round[] = [];
  for (const round of wanted.values()) {
    const found = present.get(round.id);
    if (found === undefined || lost(found)) upsert.push(round);
  }
  const remove = [...present]
    .filter(([id]) => !wanted.has(id) && !kept.has(id))
    .map(([id, { queue }]) => ({ id, queue }));
  return { upsert, remove };
}
