/**
 * When a vantage was heard, as stretches of time: what tells a dead vantage from a lost job.
 */
import type { VantageBeat } from '../result/result.ts';
import { goneMs } from './presence.ts';

/** `[from, to]`, epoch ms, ascending, apart by more than a silence that counts. */
type Stretch = [from: number, to: number];

/** What is known of one vantage; plain data, so that it can be kept. */
export interface Heard {
  stretches: Stretch[];
  /** When the process that was heard last had started, epoch ms. */
  startedAt: number;
}

const stretchesMax = 100;

/** A round's job is due up to this long before its slots: if nobody was there to take it, they were lost with it. Milliseconds. */
const jobAheadMs = 2_000;

/** Adds a beat; beats may come more than once and somewhat out of order. */
export function hear(heard: Heard | undefined, beat: Pick<VantageBeat, 'at' | 'startedAt'>): Heard {
  const stretches = [...(heard?.stretches ?? [])];
  const last = stretches.at(-1);
  if (last !== undefined && beat.at - last[1] <= goneMs)
    stretches[stretches.length - 1] = [last[0], Math.max(last[1], beat.at)];
  else stretches.push([beat.at, beat.at]);
  return { stretches: stretches.slice(-stretchesMax), startedAt: Math.max(heard?.startedAt ?? 0, beat.startedAt) };
}

/** Why a slot of which nothing came was missed. */
export function whyMissed(heard: Heard | undefined, at: number): 'lost' | 'disconnected' | 'vantage-down' {
  if (heard === undefined) return 'vantage-down';
  const jobAt = at - jobAheadMs;
  if (heard.stretches.some(([from, to]) => from <= jobAt && at <= to)) return 'lost';
  const later = heard.stretches.some(([from]) => from > jobAt);
  return later && heard.startedAt <= jobAt ? 'disconnected' : 'vantage-down';
}
