/** What the vantages say of themselves, for the metrics: process by process, as long as each is heard. */
import type { VantageBeat } from './result.ts';

/** A process that was not heard for so long is not up. Milliseconds. */
const vantageSilentMs = 10_000;

/** A process that is silent for so long is forgotten. Milliseconds. */
const forgetMs = 3_600_000;

/** A vantage as its processes describe it together. */
export interface VantageState {
  readonly up: boolean;
  /** Of the process that is most off; absent when none is up. */
  readonly clockSkewMs?: number;
  /** Of the fullest process; absent when none is up. */
  readonly saturation?: number;
}

export class VantageSeries {
  readonly #beats = new Map<string, VantageBeat>();

  observe(beat: VantageBeat): void {
    const known = this.#beats.get(beat.instance);
    if (known === undefined || known.at <= beat.at) this.#beats.set(beat.instance, beat);
  }

  /** The vantage at this time of Redis's clock, epoch ms. */
  state(vantage: string, now: number): VantageState {
    const beats = this.#live(now).filter((beat) => beat.vantage === vantage);
    const [mostOff] = beats.map((beat) => beat.clockSkewMs).sort((a, b) => Math.abs(b) - Math.abs(a));
    if (mostOff === undefined) return { up: false };
    return { up: true, clockSkewMs: mostOff, saturation: Math.max(...beats.map((beat) => beat.saturation)) };
  }

  /** Vantages of which a process was heard within the hour. */
  heard(now: number): Set<string> {
    for (const [instance, beat] of this.#beats) if (now - beat.at > forgetMs) this.#beats.delete(instance);
    return new Set([...this.#beats.values()].map((beat) => beat.vantage));
  }

  /** Jobs that wait, by queue, as the latest beat tells. */
  queues(now: number): Map<string, number> {
    const beats = this.#live(now).sort((a, b) => a.at - b.at);
    return new Map(beats.flatMap((beat) => Object.entries(beat.queues)));
  }

  #live(now: number): VantageBeat[] {
    return [...this.#beats.values()].filter((beat) => now - beat.at < vantageSilentMs);
  }
}
