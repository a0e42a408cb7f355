/** The product's own metrics, on prom-client: few series, whatever the number of checks. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Plan } from '../probe/definition.ts';
import { type ProductMetric, productMetrics } from './metric-names.ts';
import { type Build, buildLabels } from './process-metrics.ts';
import { type Entry, MISSED_REASONS, OUTCOMES } from './result.ts';
import { VantageSeries } from './vantage-series.ts';

/** Seconds; on time is within a second. */
const latenessBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class ProductSeries {
  readonly #beats = new VantageSeries();
  readonly #vantages = new Set<string>();
  readonly #checks: Gauge;
  readonly #overdue: Gauge;
  readonly #slots: Counter;
  readonly #missed: Counter;
  readonly #lateness: Histogram;
  readonly #confirmations: Counter;
  readonly #up: Gauge;
  readonly #skew: Gauge;
  readonly #saturation: Gauge;
  readonly #queues: Gauge;
  readonly #lag: Gauge;
  readonly #dropped: Counter;
  readonly #plan: Gauge;
  #droppedSoFar = 0;

  constructor(registry: Registry, build: Build) {
    const settings = (name: ProductMetric) => {
      const { help, labels } = productMetrics[name];
      return { name, help, labelNames: [...labels], registers: [registry] };
    };
    const gauge = (name: ProductMetric) => new Gauge(settings(name));
    const counter = (name: ProductMetric) => new Counter(settings(name));
    this.#checks = gauge('vedette_checks');
    this.#overdue = gauge('vedette_checks_overdue');
    this.#slots = counter('vedette_slots_total');
    this.#missed = counter('vedette_slots_missed_total');
    this.#lateness = new Histogram({ ...settings('vedette_run_lateness_seconds'), buckets: latenessBuckets });
    this.#confirmations = counter('vedette_confirmations_total');
    this.#up = gauge('vedette_vantage_up');
    this.#skew = gauge('vedette_vantage_clock_skew_seconds');
    this.#saturation = gauge('vedette_vantage_saturation_ratio');
    this.#queues = gauge('vedette_queue_depth');
    this.#lag = gauge('vedette_results_lag_seconds');
    this.#dropped = counter('vedette_results_dropped_total');
    this.#plan = gauge('vedette_plan_info');
    gauge('vedette_build_info').set(buildLabels(build), 1);
  }

  /** The vantages of a plan begin at 0; those that left it are gone. */
  apply(plan: Plan): void {
    const wanted = new Set(plan.probes.flatMap(({ from }) => from));
    for (const vantage of this.#vantages) if (!wanted.has(vantage)) this.#forget(vantage);
    for (const vantage of wanted) if (!this.#vantages.has(vantage)) this.#begin(vantage);
    this.#plan.reset();
    this.#plan.set({ project: plan.project, version: plan.version }, 1);
  }

  observe(entry: Entry): void {
    if (entry.type === 'vantage') {
      this.#beats.observe(entry.beat);
      return;
    }
    const about = entry.type === 'result' ? entry.result : entry.missed;
    // Labels stay bounded by the plan, whatever the stream holds.
    if (!this.#vantages.has(about.vantage)) return;
    const { vantage } = about;
    if (entry.type === 'missed') this.#missed.inc({ vantage, reason: entry.missed.reason });
    else if (entry.result.cause === 'confirmation') this.#confirmations.inc({ vantage, outcome: entry.result.outcome });
    else if (entry.result.cause === 'scheduled') {
      const { startedAt, scheduledAt } = entry.result;
      this.#lateness.observe({ vantage }, Math.max(0, startedAt - scheduledAt) / 1_000);
    }
  }

  slotsExpected(vantage: string, slots: number): void {
    if (this.#vantages.has(vantage)) this.#slots.inc({ vantage }, slots);
  }

  droppedTotal(results: number): void {
    if (results > this.#droppedSoFar) this.#dropped.inc(results - this.#droppedSoFar);
    this.#droppedSoFar = Math.max(this.#droppedSoFar, results);
  }

  /** Sets what is known only at a scrape. `now` is Redis's clock, epoch ms. */
  update(counts: ReadonlyMap<string, { checks: number; overdue: number }>, now: number, lagMs: number): void {
    for (const gauge of [this.#checks, this.#overdue, this.#up, this.#skew, this.#saturation, this.#queues])
      gauge.reset();
    for (const [vantage, { checks, overdue }] of counts) {
      this.#checks.set({ vantage }, checks);
      this.#overdue.set({ vantage }, overdue);
    }
    for (const vantage of new Set([...this.#vantages, ...this.#beats.heard(now)])) {
      const { up, clockSkewMs, saturation } = this.#beats.state(vantage, now);
      this.#up.set({ vantage }, up ? 1 : 0);
      if (clockSkewMs !== undefined) this.#skew.set({ vantage }, clockSkewMs / 1_000);
      if (saturation !== undefined) this.#saturation.set({ vantage }, saturation);
    }
    for (const [queue, depth] of this.#beats.queues(now)) this.#queues.set({ queue }, depth);
    this.#lag.set(lagMs / 1_000);
  }

  #begin(vantage: string): void {
    this.#vantages.add(vantage);
    this.#slots.inc({ vantage }, 0);
    for (const reason of MISSED_REASONS) this.#missed.inc({ vantage, reason }, 0);
    for (const outcome of OUTCOMES) this.#confirmations.inc({ vantage, outcome }, 0);
    this.#lateness.zero({ vantage });
  }

  #forget(vantage: string): void {
    this.#vantages.delete(vantage);
    this.#slots.remove({ vantage });
    for (const reason of MISSED_REASONS) this.#missed.remove({ vantage, reason });
    for (const outcome of OUTCOMES) this.#confirmations.remove({ vantage, outcome });
    this.#lateness.remove({ vantage });
  }
}
