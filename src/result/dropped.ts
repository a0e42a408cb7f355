/** How many results were lost in all: trimmed unread, or dropped by a vantage; kept with the history. */
import type { Batch } from './reader.ts';

/** A process of a vantage that is silent for so long is taken as ended. Milliseconds. */
const endedMs = 7 * 86_400_000;

/** Kept as JSON. */
export interface DroppedTally {
  /** Trimmed unread, and those of processes that ended. */
  readonly settled: number;
  /** By vantage process: what it said it dropped since its start, and when it said so last (epoch ms). */
  readonly processes: Readonly<Record<string, { readonly dropped: number; readonly at: number }>>;
}

export const noneDropped: DroppedTally = { settled: 0, processes: {} };

/** The tally after a batch; the same object when nothing changed. */
export function tallyDropped(tally: DroppedTally, batch: Pick<Batch, 'entries' | 'dropped' | 'redisAt'>): DroppedTally {
  const processes = new Map(Object.entries(tally.processes));
  let { settled } = tally;
  let changed = batch.dropped > 0;
  settled += batch.dropped;
  for (const { entry } of batch.entries) {
    if (entry.type !== 'vantage') continue;
    const { instance, droppedResults, at } = entry.beat;
    const known = processes.get(instance);
    // A process that dropped nothing, as most, is not kept.
    if (droppedResults === 0 && known === undefined) continue;
    processes.set(instance, { dropped: Math.max(droppedResults, known?.dropped ?? 0), at });
    changed = true;
  }
  if (!changed) return tally;
  for (const [instance, { dropped, at }] of processes) {
    if (batch.redisAt - at < endedMs) continue;
    settled += dropped;
    processes.delete(instance);
  }
  return { settled, processes: Object.fromEntries(processes) };
}

/** All that were ever dropped. */
export function droppedTotal(tally: DroppedTally): number {
  return Object.values(tally.processes).reduce((sum, { dropped }) => sum + dropped, tally.settled);
}
