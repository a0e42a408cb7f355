/**
 * Every metric of the recorder: its name, type, labels and help. Dashboards and rules import the names from
 * here, so that a panel cannot name a metric that does not exist.
 */

/** Labels that tell a check. */
const check = ['probe', 'system', 'vantage', 'variant'] as const;

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

const gauge = (help: string, ...labels: readonly string[]) => ({ type: 'gauge', labels, help }) as const;
const counter = (help: string, ...labels: readonly string[]) => ({ type: 'counter', labels, help }) as const;
const histogram = (help: string, ...labels: readonly string[]) => ({ type: 'histogram', labels, help }) as const;

/** Of checks and probes. */
export const probeMetrics = {
  probe_success: gauge(
    '1 when the last scheduled run passed or was degraded, 0 when it failed; absent when it was broken or is overdue.',
    ...check,
  ),
  probe_state: gauge('Last scheduled run: 0 pass, 1 degraded, 2 fail, 3 broken, 4 overdue, 5 muted.', ...check),
  probe_duration_seconds: gauge('How long the last scheduled run took.', ...check),
  probe_run_duration_seconds: histogram(
    'How long scheduled runs took, all variants; broken runs left out.',
    'probe',
    'system',
    'vantage',
  ),
  probe_runs_total: counter('Scheduled runs by outcome.', ...check, 'outcome'),
  probe_failures_total: counter('Scheduled runs that did not pass, by reason.', ...check, 'reason'),
  probe_last_run_timestamp_seconds: gauge('When the last scheduled run started, unix time.', ...check),
  probe_step_duration_seconds: gauge('How long a step of the last scheduled run took.', ...check, 'step'),
  probe_step_failures_total: counter('Scheduled runs that failed at this step.', ...check, 'step'),
  probe_http_duration_seconds: gauge(
    'Phases of the last scheduled run, summed over redirects; transfer is that of the last hop.',
    ...check,
    'phase',
  ),
  probe_http_status_code: gauge('Status of the last response.', ...check),
  probe_http_version: gauge('HTTP version of the last response.', ...check),
  probe_http_redirects: gauge('Redirects that were followed.', ...check),
  probe_http_uncompressed_body_length: gauge('Bytes of the last body, decoded.', ...check),
  probe_ssl_earliest_cert_expiry: gauge('When the first certificate of the chain expires, unix time.', ...check),
  probe_web_vital_lcp_seconds: gauge('Largest contentful paint.', ...check),
  probe_web_vital_fcp_seconds: gauge('First contentful paint.', ...check),
  probe_web_vital_inp_seconds: gauge('Interaction to next paint.', ...check),
  probe_web_vital_ttfb_seconds: gauge('Time to first byte.', ...check),
  probe_web_vital_cls: gauge('Cumulative layout shift, without unit.', ...check),
  probe_dependency_requests_total: counter(
    "Requests of scheduled journeys by the system that they went to; other: no system's.",
    ...check,
    'dependency',
    'outcome',
  ),
  probe_info: gauge('What is known of a probe; always 1.', 'probe', 'system', 'owner', 'kind', 'severity'),
  probe_slow_budget_seconds: gauge('A passing run longer than this is degraded.', 'probe', 'system'),
} as const satisfies Record<string, Family>;

/** Of the product itself. */
export const productMetrics = {
  vedette_checks: gauge('Checks in force.', 'vantage'),
  vedette_checks_overdue: gauge(
    'Checks from which nothing was heard for longer than their interval and grace.',
    'vantage',
  ),
  vedette_slots_total: counter('Scheduled times that existed, by the plan.', 'vantage'),
  vedette_slots_missed_total: counter('Scheduled times without a result, by reason.', 'vantage', 'reason'),
  vedette_run_lateness_seconds: histogram('How long after its scheduled time a run started.', 'vantage'),
  vedette_confirmations_total: counter('Runs asked for to confirm a failure, by outcome.', 'vantage', 'outcome'),
  vedette_vantage_up: gauge('1 while a process of the vantage is heard, else 0.', 'vantage'),
  vedette_vantage_clock_skew_seconds: gauge(
    "The vantage's clock less Redis's; of its processes the one that is most off.",
    'vantage',
  ),
  vedette_vantage_saturation_ratio: gauge(
    'Runs under way over capacity, 0 to 1; of its processes the fullest.',
    'vantage',
  ),
  vedette_queue_depth: gauge('Jobs that wait.', 'queue'),
  vedette_results_lag_seconds: gauge('How far the recorder is behind the results stream.'),
  vedette_results_dropped_total: counter(
    'Results lost because Redis was away too long or the stream reached its bound.',
  ),
  vedette_plan_info: gauge('The plan in force; always 1.', 'project', 'version'),
  vedette_build_info: gauge('The running version; always 1.', 'version', 'node'),
} as const satisfies Record<string, Family>;

export type ProbeMetric = keyof typeof probeMetrics;
export type ProductMetric = keyof typeof productMetrics;
