/**
 * The recorder's metrics: what the results say, in Prometheus's text format.
 *
 * Counters begin at 0 with the process; a reset is what `increase()` is made for. Gauges are taken up from
 * history, so that a restart leaves no gap.
 */

import type { Clock } from '../base/time.ts';
import type { Plan } from '../probe/definition.ts';
import { checkId } from '../probe/definition.ts';
import { ProbeSeries, type ProbeSeriesOptions } from './probe-series.ts';
import { type Build, createRegistry, type Exposition, registryText } from './process-metrics.ts';
import { ProductSeries } from './product-series.ts';
import type { ReaderStatus } from './reader.ts';
import type { Entry } from './result.ts';

export interface MetricsOptions extends Partial<ProbeSeriesOptions> {
  readonly clock: Clock;
  readonly build: Build;
}

/** The recorder's metrics. `exposition` blocks the loop for some 10 ms at a time, however many checks there are. */
export interface Metrics extends Exposition {
  /** Puts a plan in force; `inForceAt` (epoch ms) counts for checks that are new or have a new schedule. */
  applyPlan(plan: Plan, inForceAt: number): void;
  /** Takes in entries that were recorded for the first time. Only scheduled results move `probe_*`. */
  onRecorded(entries: readonly Entry[]): void;
  /** So many more slots of a vantage existed. */
  slotsExpected(vantage: string, slots: number): void;
  /** Results lost so far, of all that were ever counted. */
  droppedTotal(results: number): void;
  /** Where to learn how far the stream is read: what was not read yet cannot make a check overdue. */
  follow(status: () => ReaderStatus): void;
}

/** Redis is taken to be away after so long a silence; then time alone decides what is overdue. Milliseconds. */
const awayMs = 10_000;

export function createMetrics(options: MetricsOptions): Metrics {
  const { clock, build, nextSlot = () => undefined, lastResult = () => undefined } = options;
  const registry = createRegistry();
  const product = new ProductSeries(registry, build);
  const probes = new ProbeSeries({ nextSlot, lastResult });
  let status: () => ReaderStatus = () => ({ heardAt: clock.now(), redisAt: clock.now(), readUpTo: clock.now() });

  const moment = () => {
    const { heardAt, redisAt, readUpTo } = status();
    const now = clock.now();
    // Before the first answer there is no other clock than ours.
    const redisNow = heardAt === 0 ? now : now - heardAt + redisAt;
    const away = now - heardAt > awayMs;
    return {
      now,
      redisNow,
      judgedAt: away ? redisNow : Math.min(readUpTo, redisNow),
      lagMs: (away ? redisNow : redisAt) - readUpTo,
    };
  };

  return {
    applyPlan(plan, inForceAt) {
      probes.apply(plan, inForceAt, moment().redisNow);
      product.apply(plan);
    },
    onRecorded(entries) {
      for (const entry of entries) {
        product.observe(entry);
        if (entry.type !== 'result' || entry.result.cause !== 'scheduled') continue;
        const { probe, variant, vantage } = entry.result;
        probes.observe(checkId(probe, variant, vantage), entry.result);
      }
    },
    slotsExpected: (vantage, slots) => product.slotsExpected(vantage, slots),
    droppedTotal: (results) => product.droppedTotal(results),
    follow(source) {
      status = source;
    },
    async exposition(vantage) {
      const { now, redisNow, judgedAt, lagMs } = moment();
      product.update(probes.judge(judgedAt), redisNow, Math.max(0, lagMs));
      const parts: string[] = [];
      for await (const part of probes.text(now, vantage)) parts.push(part);
      parts.push(await registryText(registry, vantage));
      return parts.join('');
    },
  };
}
