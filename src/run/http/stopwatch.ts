/**
 * Measures the phases of a run. One phase is open at a time; entering the next closes it.
 */
import type { Phase } from '../../result/result.ts';

/**
 * Seconds per phase, summed over redirects; `transfer` is that of the last hop, because a hop that redirects is
 * left by `discard` (the convention of blackbox_exporter's `probe_http_duration_seconds`).
 */
export class Stopwatch {
  readonly seconds: Partial<Record<Phase, number>> = {};
  #phase: Phase = 'resolve';
  #since = 0;
  #open = false;

  /** The phase under way, or the last one that was. */
  get phase(): Phase {
    return this.#phase;
  }

  /** Closes the open phase and begins `phase`; nothing happens if that is the one under way. */
  enter(phase: Phase): void {
    if (this.#open && this.#phase === phase) return;
    this.stop();
    this.#phase = phase;
    this.#since = performance.now();
    this.#open = true;
  }

  /** Closes the open phase and keeps its time. */
  stop(): void {
    if (!this.#open) return;
    this.#open = false;
    this.seconds[this.#phase] = (this.seconds[this.#phase] ?? 0) + (performance.now() - this.#since) / 1_000;
  }

  /** Forgets the open phase: a redirect's body is not waited for. */
  discard(): void {
    this.#open = false;
  }
}
