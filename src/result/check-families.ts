/** The families that have series per check: what each shows of a check. One row per metric. */
import { type CheckSeries, stepLabel } from './check-series.ts';
import type { ProbeMetric } from './metric-names.ts';
import { labelText } from './metric-text.ts';
import { OUTCOMES, type Result, type Vitals } from './result.ts';

/** Takes a sample: the labels beyond the check's own (with their comma) and the value. */
type Show = (value: number, moreLabels?: string) => void;

/** @param now of the clock by which Prometheus lives, epoch ms */
type Write = (check: CheckSeries, show: Show, now: number) => void;

const stateCodes = { pass: 0, degraded: 1, fail: 2, broken: 3 } as const;
const overdueCode = 4;

/** Nothing stale stays green: what describes a moment is shown only while it may still be true. */
function momentary(write: (last: Result, show: Show) => void): Write {
  return ({ overdue, last }, show) => {
    if (!overdue && last !== undefined) write(last, show);
  };
}

/** As {@link momentary}, and only of runs that say something about the target. */
function ofTarget(write: (last: Result, show: Show) => void): Write {
  return momentary((last, show) => {
    if (last.outcome !== 'broken') write(last, show);
  });
}

function field(value: (last: Result) => number | undefined): Write {
  return ofTarget((last, show) => showIf(value(last), show));
}

function vital(name: keyof Vitals, perUnit: number): Write {
  return field(({ vitals }) => (vitals?.[name] === undefined ? undefined : vitals[name] / perUnit));
}

function showIf(value: number | undefined, show: Show): void {
  if (value !== undefined && !Number.isNaN(value)) show(value);
}

/** In the order in which they are written. */
export const checkFamilies: Partial<Record<ProbeMetric, Write>> = {
  probe_success: ofTarget((last, show) => show(last.outcome === 'fail' ? 0 : 1)),
  probe_state: ({ overdue, last }, show) => {
    if (overdue) show(overdueCode);
    else if (last !== undefined) show(stateCodes[last.outcome]);
  },
  probe_duration_seconds: field((last) => last.durationMs / 1_000),
  probe_last_run_timestamp_seconds: ({ lastRunAt }, show) =>
    showIf(lastRunAt === undefined ? undefined : lastRunAt / 1_000, show),
  probe_runs_total: ({ runs }, show) => {
    for (const outcome of OUTCOMES) show(runs[outcome], `,outcome="${outcome}"`);
  },
  probe_failures_total: ({ failures }, show, now) => {
    for (const [reason, counter] of failures.entries) show(counter.shown(now), `,reason="${reason}"`);
  },
  probe_step_duration_seconds: ofTarget(({ steps = [] }, show) => {
    const seen = new Set<string>();
    for (const { name, durationMs, outcome } of steps) {
      const step = stepLabel(name);
      // A step that is taken twice would be a series twice, which Prometheus refuses.
      if (outcome === 'skipped' || seen.has(step)) continue;
      seen.add(step);
      show(durationMs / 1_000, `,${labelText({ step })}`);
    }
  }),
  probe_step_failures_total: ({ stepFailures }, show, now) => {
    for (const [step, counter] of stepFailures.entries) show(counter.shown(now), `,${labelText({ step })}`);
  },
  probe_http_duration_seconds: ofTarget(({ phases = {} }, show) => {
    for (const [phase, seconds] of Object.entries(phases)) show(seconds, `,phase="${phase}"`);
  }),
  probe_http_status_code: field((last) => last.status),
  probe_http_version: field((last) => (last.version === undefined ? undefined : Number(last.version))),
  probe_http_redirects: field((last) => last.redirects),
  probe_http_uncompressed_body_length: field((last) => last.bytes),
  // A date stays true when nobody looks.
  probe_ssl_earliest_cert_expiry: ({ last }, show) => {
    if (last?.certificateExpiresAt !== undefined) show(last.certificateExpiresAt / 1_000);
  },
  probe_web_vital_lcp_seconds: vital('lcp', 1_000),
  probe_web_vital_fcp_seconds: vital('fcp', 1_000),
  probe_web_vital_inp_seconds: vital('inp', 1_000),
  probe_web_vital_ttfb_seconds: vital('ttfb', 1_000),
  probe_web_vital_cls: vital('cls', 1),
  probe_dependency_requests_total: ({ requests }, show, now) => {
    for (const [labels, counter] of requests.entries) show(counter.shown(now), `,${labels}`);
  },
};
