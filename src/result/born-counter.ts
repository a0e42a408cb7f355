/**
 * Counters whose series begin when something first happens. Prometheus's `increase()` sees only what a series
 * gains after its first sample, so a series that began at 1 would hide the first failure: such a counter shows 0
 * first, and its count from the next scrape on, but not before others that scrape have seen the 0, too.
 */

/** How long the 0 stays after it was first shown, milliseconds: more than one Prometheus may scrape. */
export const birthMs = 15_000;

export class BornCounter {
  #count = 0;
  #shownAt: number | undefined;

  add(n: number): void {
    this.#count += n;
  }

  /** What a scrape at this time (epoch ms) shows. */
  shown(now: number): number {
    this.#shownAt ??= now;
    return now - this.#shownAt < birthMs ? 0 : this.#count;
  }
}

/** Counters by label value, at most so many; what comes beyond is not told apart and not counted here. */
export class BornCounters {
  readonly #counters = new Map<string, BornCounter>();
  readonly #countersMax: number;

  constructor(countersMax: number) {
    this.#countersMax = countersMax;
  }

  /** Makes the series exist, at the least. */
  add(name: string, n: number): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      if (this.#counters.size >= this.#countersMax) return;
      counter = new BornCounter();
      this.#counters.set(name, counter);
    }
    counter.add(n);
  }

  clear(): void {
    this.#counters.clear();
  }

  get entries(): IterableIterator<[string, BornCounter]> {
    return this.#counters.entries();
  }
}
