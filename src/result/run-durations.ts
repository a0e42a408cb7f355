/** The histogram of run durations: one per probe and vantage, all variants together. */
import type { Probe } from '../probe/definition.ts';
import { labelText, sampleText } from './metric-text.ts';

const name = 'probe_run_duration_seconds';

/** Half a decade each: few, for every probe and vantage has them all; the gauge holds the exact figures. */
const bounds = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000];

/** Buckets in seconds up to the first that holds the longest run allowed; a journey takes a second at the least. */
export function bucketsOf(probe: Probe): number[] {
  const longest = probe.timeoutMs / 1_000;
  const last = bounds.findIndex((bound) => bound >= longest);
  const all = last === -1 ? [...bounds, longest] : bounds.slice(0, last + 1);
  return probe.kind === 'journey' && all.length > 2 ? all.filter((bound) => bound >= 1) : all;
}

export class RunDurations {
  readonly vantage: string;
  readonly #labels: string;
  readonly #bounds: readonly number[];
  readonly #bucketLabels: readonly string[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(probe: Probe, vantage: string) {
    this.vantage = vantage;
    this.#labels = labelText({ probe: probe.id, system: probe.system, vantage });
    this.#bounds = bucketsOf(probe);
    this.#bucketLabels = this.#bounds.map((bound) => `${this.#labels},le="${bound}"`);
    this.#counts = this.#bounds.map(() => 0);
  }

  /** Whether it would have the same buckets for this version of the probe. */
  fits(probe: Probe): boolean {
    return bucketsOf(probe).join() === this.#bounds.join();
  }

  observe(seconds: number): void {
    this.#sum += seconds;
    this.#count++;
    const bucket = this.#bounds.findIndex((bound) => seconds <= bound);
    const before = this.#counts[bucket];
    if (before !== undefined) this.#counts[bucket] = before + 1;
  }

  write(out: string[]): void {
    let cumulated = 0;
    for (const [index, labels] of this.#bucketLabels.entries()) {
      cumulated += this.#counts[index] ?? 0;
      out.push(sampleText(`${name}_bucket`, labels, cumulated));
    }
    out.push(sampleText(`${name}_bucket`, `${this.#labels},le="+Inf"`, this.#count));
    out.push(
      sampleText(`${name}_sum`, this.#labels, this.#sum),
      sampleText(`${name}_count`, this.#labels, this.#count),
    );
  }
}
