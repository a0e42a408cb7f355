/** The series of the plan in force: of its checks, of its probes, and the durations per probe and vantage. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Check, checksOf, type Plan, type Probe } from '../probe/definition.ts';
import { checkFamilies } from './check-families.ts';
import { CheckSeries, type NextSlot } from './check-series.ts';
import { type ProbeMetric, probeMetrics } from './metric-names.ts';
import { headText, labelText, sampleText } from './metric-text.ts';
import type { Result } from './result.ts';
import { RunDurations } from './run-durations.ts';

/** Series are written for so many checks between two turns of the loop. */
const checksPerTurn = 2_000;

export interface ProbeSeriesOptions {
  readonly nextSlot: NextSlot;
  /** The last scheduled result of a check as history knows it, scheduled at or after `since` (epoch ms). */
  readonly lastResult: (check: Check, since: number) => Result | undefined;
}

export class ProbeSeries {
  readonly #options: ProbeSeriesOptions;
  readonly #checks = new Map<string, CheckSeries>();
  readonly #durations = new Map<string, RunDurations>();
  #probes: readonly Probe[] = [];
  #owners: ReadonlyMap<string, string> = new Map();
  #systems: Plan['landscape']['systems'] = {};

  constructor(options: ProbeSeriesOptions) {
    this.#options = options;
  }

  /** Puts a plan in force: new checks begin at 0, those that are no longer in it are gone. */
  apply(plan: Plan, inForceAt: number, now: number): void {
    this.#probes = plan.probes;
    this.#systems = plan.landscape.systems;
    this.#owners = new Map(Object.entries(plan.landscape.systems).map(([name, system]) => [name, system.owner]));
    const checks = plan.probes.flatMap(checksOf);
    const wanted = new Set(checks.map(({ id }) => id));
    for (const id of this.#checks.keys()) if (!wanted.has(id)) this.#checks.delete(id);
    for (const check of checks) {
      const known = this.#checks.get(check.id);
      if (known === undefined) this.#checks.set(check.id, this.#begin(check, inForceAt, now));
      else known.update(check, inForceAt);
    }
    this.#applyDurations(plan.probes);
  }

  /** Takes in a scheduled result; one of a check that is not in force is nobody's. */
  observe(check: string, result: Result): void {
    const series = this.#checks.get(check);
    if (series === undefined) return;
    series.observe(result, this.#systems);
    if (result.outcome !== 'broken')
      this.#durations.get(durationsKey(result.probe, result.vantage))?.observe(result.durationMs / 1_000);
  }

  /** Judges which checks are overdue at this time of Redis's clock; counts all and those by vantage. */
  judge(now: number): Map<string, { checks: number; overdue: number }> {
    const counts = new Map<string, { checks: number; overdue: number }>();
    for (const series of this.#checks.values()) {
      series.overdue = series.isOverdue(now);
      const count = counts.get(series.check.vantage) ?? { checks: 0, overdue: 0 };
      counts.set(series.check.vantage, count);
      count.checks++;
      if (series.overdue) count.overdue++;
    }
    return counts;
  }

  /** The families' text; only the series of one vantage, or only those of none (`''`), when asked for. */
  async *text(now: number, vantage?: string): AsyncGenerator<string> {
    const checks = [...this.#checks.values()].filter(({ check }) => vantage === undefined || check.vantage === vantage);
    for (const [name, write] of Object.entries(checkFamilies)) {
      const out = [head(name as ProbeMetric)];
      for (const [index, series] of checks.entries()) {
        const { labels } = series;
        write(
          series,
          (value, more) => out.push(sampleText(name, more === undefined ? labels : labels + more, value)),
          now,
        );
        // A scrape of many checks must not hold up what the recorder is there for.
        if (index % checksPerTurn === checksPerTurn - 1) await nextTurn();
      }
      if (out.length > 1) yield out.join('');
      await nextTurn();
    }
    const durations = [...this.#durations.values()].filter((it) => vantage === undefined || it.vantage === vantage);
    if (durations.length > 0) yield head('probe_run_duration_seconds');
    for (let from = 0; from < durations.length; from += checksPerTurn) {
      const out: string[] = [];
      for (const histogram of durations.slice(from, from + checksPerTurn)) histogram.write(out);
      yield out.join('');
      await nextTurn();
    }
    if (vantage === undefined || vantage === '') yield this.#probesText();
  }

  #begin(check: Check, inForceAt: number, now: number): CheckSeries {
    const series = new CheckSeries(check, inForceAt, this.#options.nextSlot);
    const last = this.#options.lastResult(check, now - lookbackMs(check));
    if (last !== undefined) series.restore(last, now);
    return series;
  }

  #applyDurations(probes: readonly Probe[]): void {
    const wanted = new Set<string>();
    for (const probe of probes) {
      for (const vantage of probe.from) {
        const key = durationsKey(probe.id, vantage);
        wanted.add(key);
        if (!this.#durations.get(key)?.fits(probe)) this.#durations.set(key, new RunDurations(probe, vantage));
      }
    }
    for (const key of this.#durations.keys()) if (!wanted.has(key)) this.#durations.delete(key);
  }

  #probesText(): string {
    if (this.#probes.length === 0) return '';
    const out = [head('probe_info')];
    for (const { id, system, kind, severity } of this.#probes) {
      const owner = this.#owners.get(system) ?? '';
      out.push(sampleText('probe_info', labelText({ probe: id, system, owner, kind, severity }), 1));
    }
    const budgets = this.#probes.filter(({ slowMs }) => slowMs !== undefined);
    if (budgets.length > 0) out.push(head('probe_slow_budget_seconds'));
    for (const { id, system, slowMs = 0 } of budgets) {
      out.push(sampleText('probe_slow_budget_seconds', labelText({ probe: id, system }), slowMs / 1_000));
    }
    return out.join('');
  }
}

/** How far back the last result of a check may lie to be of use. */
function lookbackMs({ probe: { schedule } }: Check): number {
  return 'everyMs' in schedule ? Math.max(2 * schedule.everyMs, 25 * 3_600_000) : 8 * 86_400_000;
}

function durationsKey(probe: string, vantage: string): string {
  return `${probe}@${vantage}`;
}

function head(name: ProbeMetric): string {
  const { help, type } = probeMetrics[name];
  return headText(name, help, type);
}
