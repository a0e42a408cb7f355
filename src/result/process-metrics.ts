/**
 * prom-client's own side: a registry with the process's defaults, and its text. Every worker serves these.
 */
import { collectDefaultMetrics, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import { headText, labelText, sampleText } from './metric-text.ts';

/** What runs. */
export interface Build {
  readonly version: string;
}

/** Text for `/metrics`. */
export interface Exposition {
  /**
   * @param vantage only the series of this vantage; `''`: only those that belong to none; all when undefined.
   * The parts together are the whole, without a series twice.
   */
  exposition(vantage?: string): Promise<string>;
}

/** Gauges whose names end as counters' do, which promtool (rightly) dislikes; each has a better twin. */
const misnamed = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** A registry with Node's defaults. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  return registry;
}

/** The process's defaults and which version runs, for workers that have no other metrics. */
export function createProcessMetrics(build: Build): Exposition {
  const registry = createRegistry();
  const name = 'vedette_build_info';
  const help = 'The running version; always 1.';
  const info = headText(name, help, 'gauge') + sampleText(name, labelText(buildLabels(build)), 1);
  return {
    exposition: async (vantage) =>
      (vantage === undefined || vantage === '' ? info : '') + (await registryText(registry, vantage)),
  };
}

export function buildLabels(build: Build): { version: string; node: string } {
  return { version: build.version, node: process.versions.node };
}

/** What a registry holds, or the part of one vantage. */
export async function registryText(registry: Registry, vantage?: string): Promise<string> {
  const families: MetricObjectWithValues<MetricValue<string>>[] = await registry.getMetricsAsJSON();
  const out: string[] = [];
  for (const { name, help, type, values } of families) {
    const samples = values.filter(({ labels }) => vantage === undefined || (labels.vantage ?? '') === vantage);
    if (samples.length === 0) continue;
    out.push(headText(name, help, String(type)));
    for (const sample of samples) {
      const labels = Object.fromEntries(Object.entries(sample.labels).filter(([, value]) => value !== undefined));
      out.push(sampleText(nameOf(sample) ?? name, labelText(labels as Record<string, string | number>), sample.value));
    }
  }
  return out.join('');
}

/** Samples of histograms and summaries have names of their own, which prom-client's types leave out. */
function nameOf(sample: MetricValue<string>): string | undefined {
  return 'metricName' in sample ? String(sample.metricName) : undefined;
}
