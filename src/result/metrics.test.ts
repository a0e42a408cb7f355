import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CronExpressionParser } from 'cron-parser';
import { expect, test } from 'vitest';
import { findProgram } from '../base/programs.ts';
import type { Plan } from '../probe/definition.ts';
import { birthMs } from './born-counter.ts';
import { beatEntry, httpProbe, journeyResult, missedEntry, plan, result, resultEntry, T0 } from './entries.fixture.ts';
import { probeMetrics, productMetrics } from './metric-names.ts';
import { createMetrics, type MetricsOptions } from './metrics.ts';
import { createProcessMetrics } from './process-metrics.ts';
import type { ReaderStatus } from './reader.ts';
import { bucketsOf } from './run-durations.ts';

const catalog = httpProbe('shop/catalog');
const checkout = {
  ...httpProbe('shop/checkout', { schedule: { everyMs: 300_000 }, timeoutMs: 60_000, dependsOn: ['payment'] }),
  kind: 'journey',
  bundle: 'b'.repeat(64),
  export: 'default',
  vitals: {},
  secrets: [],
} as const;
const de = 'probe="shop/catalog",system="shop",vantage="fra",variant="de"';

function start(over: Partial<MetricsOptions> = {}, inForce: Plan = plan([catalog, checkout])) {
  const time = { now: T0 };
  const metrics = createMetrics({ clock: { now: () => time.now }, build: { version: '1.2.3' }, ...over });
  // Time alone decides, as long as nothing is followed.
  const follow = (status: Partial<ReaderStatus> = {}) =>
    metrics.follow(() => ({ heardAt: time.now, redisAt: time.now, readUpTo: time.now, ...status }));
  follow();
  metrics.applyPlan(inForce, T0);
  const samples = async (vantage?: string) => {
    const lines = (await metrics.exposition(vantage))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  };
  return { metrics, time, samples, follow };
}

/** The names of the families of a check that have samples. */
function familiesOf(samples: ReadonlyMap<string, number>, labels: string): string[] {
  return [
    ...new Set([...samples.keys()].filter((key) => key.includes(labels)).map((key) => key.split('{', 1)[0] ?? '')),
  ];
}

async function promtool(text: string): Promise<string> {
  const program = findProgram('promtool') ?? '/usr/bin/promtool';
  const child = spawn(program, ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (part: string) => said.push(part));
  child.stdin.end(text);
  const [code] = await once(child, 'close');
  return code === 0 && said.length === 0 ? 'content' : `${code}: ${said.join('')}`;
}

test('promtool is content with everything, also of workers without results', async () => {
  const { metrics } = start();
  metrics.onRecorded([
    resultEntry(),
    resultEntry({ outcome: 'fail', reason: 'status', vantage: 'par' }),
    missedEntry({ scheduledAt: T0 + 30_000 }),
    { type: 'result', result: journeyResult() },
    beatEntry(),
    resultEntry({ cause: 'confirmation' }, 'c'),
  ]);
  metrics.slotsExpected('fra', 3);
  const text = await metrics.exposition();
  expect(await promtool(text)).toBe('content');
  expect(await promtool(await createProcessMetrics({ version: '1' }).exposition())).toBe('content');
  for (const name of [...Object.keys(probeMetrics), ...Object.keys(productMetrics)])
    expect(text).toContain(`# HELP ${name} `);
});

test('a result shows in its gauges and counters, with base units', async () => {
  const { metrics, samples, time } = start();
  metrics.onRecorded([resultEntry({ durationMs: 125 }), { type: 'result', result: journeyResult() }]);
  const seen = await samples();
  expect(Object.fromEntries(seen)).toMatchObject({
    [`probe_success{${de}}`]: 1,
    [`probe_state{${de}}`]: 0,
    [`probe_duration_seconds{${de}}`]: 0.125,
    [`probe_runs_total{${de},outcome="pass"}`]: 1,
    [`probe_runs_total{${de},outcome="broken"}`]: 0,
    [`probe_last_run_timestamp_seconds{${de}}`]: (T0 + 3) / 1_000,
    [`probe_http_duration_seconds{${de},phase="tls"}`]: 0.01,
    [`probe_http_status_code{${de}}`]: 200,
    [`probe_http_version{${de}}`]: 1.1,
    [`probe_http_uncompressed_body_length{${de}}`]: 5_120,
    [`probe_ssl_earliest_cert_expiry{${de}}`]: T0 / 1_000 + 30 * 86_400,
    'probe_run_duration_seconds_bucket{probe="shop/catalog",system="shop",vantage="fra",le="0.1"}': 0,
    'probe_run_duration_seconds_bucket{probe="shop/catalog",system="shop",vantage="fra",le="0.3"}': 1,
    'probe_run_duration_seconds_count{probe="shop/catalog",system="shop",vantage="fra"}': 1,
    'probe_info{probe="shop/catalog",system="shop",owner="shop-team",kind="http",severity="page"}': 1,
    'probe_slow_budget_seconds{probe="shop/catalog",system="shop"}': 0.8,
    'vedette_run_lateness_seconds_bucket{le="0.01",vantage="fra"}': 2,
    'vedette_plan_info{project="test",version="0123456789abcdef"}': 1,
  });
  const journey = de.replace('catalog', 'checkout');
  expect(Object.fromEntries(seen)).toMatchObject({
    [`probe_success{${journey}}`]: 0,
    [`probe_step_duration_seconds{${journey},step="pay"}`]: 5,
    [`probe_web_vital_lcp_seconds{${journey}}`]: 1.2,
    [`probe_web_vital_cls{${journey}}`]: 0.02,
  });
  expect(seen.has(`probe_step_duration_seconds{${journey},step="thank you"}`)).toBe(false);
  time.now += birthMs;
  expect(Object.fromEntries(await samples())).toMatchObject({
    [`probe_step_failures_total{${journey},step="pay"}`]: 1,
    [`probe_step_failures_total{${journey},step="open the shop"}`]: 0,
    [`probe_dependency_requests_total{${journey},dependency="payment",outcome="fail"}`]: 2,
    [`probe_dependency_requests_total{${journey},dependency="payment",outcome="pass"}`]: 1,
    [`probe_dependency_requests_total{${journey},dependency="other",outcome="fail"}`]: 1,
  });
});

test('the series of a reason begins at 0, so that increase() sees the first failure', async () => {
  const { metrics, samples, time } = start();
  metrics.onRecorded([resultEntry({ outcome: 'fail', reason: 'status' })]);
  const name = `probe_failures_total{${de},reason="status"}`;
  expect((await samples()).get(name)).toBe(0);
  time.now += birthMs - 1;
  expect((await samples()).get(name)).toBe(0);
  time.now += 1;
  expect((await samples()).get(name)).toBe(1);
});

test('a cleanup that failed is counted whatever else went wrong, and once', async () => {
  const { metrics, samples, time } = start();
  const journey = { probe: 'shop/checkout', kind: 'journey', outcome: 'fail', cleanupFault: 'order 7 stays' } as const;
  metrics.onRecorded([
    resultEntry({ ...journey, reason: 'assertion' }, 'a'),
    resultEntry({ ...journey, reason: 'cleanup', scheduledAt: T0 + 1 }, 'b'),
  ]);
  await samples();
  time.now += birthMs;
  const seen = await samples();
  const of = (reason: string) =>
    [...seen].filter(([name]) => name.startsWith('probe_failures_total') && name.includes(`reason="${reason}"`));
  expect(of('cleanup').map(([, value]) => value)).toEqual([2]);
  expect(of('assertion').map(([, value]) => value)).toEqual([1]);
});

test('only scheduled runs move the probe metrics; confirmations are counted by themselves', async () => {
  const { metrics, samples } = start();
  const before = await samples();
  metrics.onRecorded([
    resultEntry({ cause: 'confirmation', outcome: 'fail', reason: 'status' }, 'c'),
    resultEntry({ cause: 'manual' }, 'm'),
  ]);
  const after = await samples();
  const probes = (of: ReadonlyMap<string, number>) => [...of].filter(([name]) => name.startsWith('probe_'));
  expect(probes(after)).toEqual(probes(before));
  expect(after.get('vedette_confirmations_total{vantage="fra",outcome="fail"}')).toBe(1);
});

test('a broken run has no success and no durations, and is told by its state', async () => {
  const { metrics, samples } = start();
  metrics.onRecorded([resultEntry({ outcome: 'broken', reason: 'vantage' })]);
  const seen = await samples();
  expect(seen.get(`probe_state{${de}}`)).toBe(3);
  expect(seen.get(`probe_runs_total{${de},outcome="broken"}`)).toBe(1);
  expect(familiesOf(seen, de)).not.toContain('probe_success');
  expect(familiesOf(seen, de)).not.toContain('probe_duration_seconds');
});

test('a check of which nothing is heard for its interval, timeout and grace is overdue, and nothing of it stays green', async () => {
  const { metrics, samples, time } = start();
  metrics.onRecorded([resultEntry()]);
  time.now = T0 + 30_000 + 5_000 + 15_000;
  expect((await samples()).get(`probe_success{${de}}`)).toBe(1);
  time.now += 1;
  const seen = await samples();
  expect(seen.get(`probe_state{${de}}`)).toBe(4);
  expect(familiesOf(seen, de).sort()).toEqual(
    ['probe_last_run_timestamp_seconds', 'probe_runs_total', 'probe_ssl_earliest_cert_expiry', 'probe_state'].sort(),
  );
  // The check at the other vantage never ran: overdue since its plan came into force.
  expect(seen.get('vedette_checks_overdue{vantage="fra"}')).toBe(1);
  expect(seen.get('vedette_checks_overdue{vantage="par"}')).toBe(1);
  expect(seen.get('vedette_checks{vantage="fra"}')).toBe(2);
  metrics.onRecorded([resultEntry({ scheduledAt: T0 + 30_000 })]);
  expect((await samples()).get(`probe_success{${de}}`)).toBe(1);
});

test('what the recorder has not read yet makes no check overdue, until Redis itself is away', async () => {
  const { metrics, samples, time, follow } = start();
  metrics.onRecorded([resultEntry()]);
  time.now = T0 + 600_000;
  follow({ readUpTo: T0 + 1_000, redisAt: T0 + 600_000 });
  let seen = await samples();
  expect(seen.get('vedette_checks_overdue{vantage="fra"}')).toBe(0);
  expect(seen.get('vedette_results_lag_seconds')).toBe(599);
  follow({ heardAt: T0 + 1_000, readUpTo: T0 + 1_000, redisAt: T0 + 1_000 });
  seen = await samples();
  expect(seen.get('vedette_checks_overdue{vantage="fra"}')).toBe(2);
  expect(seen.get('vedette_results_lag_seconds')).toBe(599);
});

test('a check by cron is overdue after its next slot, not before', async () => {
  const schedule = { cron: '0 6 * * *', timezone: 'Europe/Berlin' };
  const nightly = httpProbe('shop/nightly', { schedule, from: ['fra'] });
  const nextSlot: MetricsOptions['nextSlot'] = (_, fromMs) =>
    CronExpressionParser.parse(schedule.cron, { tz: schedule.timezone, currentDate: new Date(fromMs - 1) })
      .next()
      .getTime();
  const { metrics, samples, time } = start({ nextSlot }, plan([nightly]));
  const six = T0 + 5 * 3_600_000;
  metrics.onRecorded([resultEntry({ probe: 'shop/nightly', scheduledAt: six })]);
  const overdue = 'vedette_checks_overdue{vantage="fra"}';
  time.now = six + 24 * 3_600_000 + 20_000;
  expect((await samples()).get(overdue)).toBe(0);
  time.now += 1;
  expect((await samples()).get(overdue)).toBe(1);
});

test('the series of a check that left the plan are gone at the next scrape, and those that stay go on', async () => {
  const { metrics, samples, time } = start();
  metrics.onRecorded([
    resultEntry(),
    resultEntry({ probe: 'shop/checkout', kind: 'journey' }),
    missedEntry({ vantage: 'par' }),
  ]);
  metrics.applyPlan(plan([{ ...catalog, from: ['fra'] }], 'next'), T0 + 10);
  metrics.onRecorded([
    resultEntry({ scheduledAt: T0 + 30_000 }),
    resultEntry({ probe: 'shop/checkout', scheduledAt: T0 + 1 }),
  ]);
  time.now = T0 + 31_000;
  const seen = await samples();
  expect([...seen.keys()].filter((name) => /checkout|vantage="par"/.test(name))).toEqual([]);
  expect(seen.get(`probe_runs_total{${de},outcome="pass"}`)).toBe(2);
  expect([...seen.keys()].filter((name) => name.startsWith('vedette_plan_info'))).toEqual([
    'vedette_plan_info{project="test",version="next"}',
  ]);
});

test('a restart takes up the last values from history, but makes nothing fresh that was overdue', async () => {
  const fresh = result({ scheduledAt: T0 - 20_000 });
  const old = result({ scheduledAt: T0 - 3_600_000, vantage: 'par' });
  const lastResult: MetricsOptions['lastResult'] = (check) =>
    check.probe.id === 'shop/catalog' ? (check.vantage === 'fra' ? fresh : old) : undefined;
  const { samples } = start({ lastResult });
  const seen = await samples();
  expect(seen.get(`probe_success{${de}}`)).toBe(1);
  expect(seen.get(`probe_runs_total{${de},outcome="pass"}`)).toBe(0);
  const par = de.replace('fra', 'par');
  expect(seen.get(`probe_last_run_timestamp_seconds{${par}}`)).toBe((T0 - 3_600_000 + 3) / 1_000);
  expect(seen.has(`probe_success{${par}}`)).toBe(false);
});

test('a straggler counts but does not take the gauges back', async () => {
  const { metrics, samples } = start();
  metrics.onRecorded([resultEntry({ scheduledAt: T0 + 30_000 }), resultEntry({ outcome: 'fail', reason: 'status' })]);
  const seen = await samples();
  expect(seen.get(`probe_success{${de}}`)).toBe(1);
  expect(seen.get(`probe_runs_total{${de},outcome="fail"}`)).toBe(1);
});

test('a vantage is up while one of its processes is heard; the worst of them is told', async () => {
  const { metrics, samples, time } = start();
  expect((await samples()).get('vedette_vantage_up{vantage="fra"}')).toBe(0);
  metrics.onRecorded([
    beatEntry(),
    beatEntry({ instance: 'fra-2', clockSkewMs: -2_500, saturation: 0.9, at: T0 + 1, queues: { 'fra-rounds': 5 } }),
  ]);
  const seen = await samples();
  expect(seen.get('vedette_vantage_up{vantage="fra"}')).toBe(1);
  expect(seen.get('vedette_vantage_clock_skew_seconds{vantage="fra"}')).toBe(-2.5);
  expect(seen.get('vedette_vantage_saturation_ratio{vantage="fra"}')).toBe(0.9);
  expect(seen.get('vedette_queue_depth{queue="fra-rounds"}')).toBe(5);
  time.now += 30_000;
  const later = await samples();
  expect(later.get('vedette_vantage_up{vantage="fra"}')).toBe(0);
  expect(later.has('vedette_vantage_saturation_ratio{vantage="fra"}')).toBe(false);
});

test('slots, missed slots and dropped results are counted from 0', async () => {
  const { metrics, samples } = start();
  const missed = 'vedette_slots_missed_total{vantage="fra",reason="late"}';
  const first = await samples();
  expect([
    first.get(missed),
    first.get('vedette_slots_total{vantage="fra"}'),
    first.get('vedette_results_dropped_total'),
  ]).toEqual([0, 0, 0]);
  metrics.onRecorded([missedEntry()]);
  metrics.slotsExpected('fra', 40);
  metrics.droppedTotal(7);
  metrics.droppedTotal(9);
  const seen = await samples();
  expect([
    seen.get(missed),
    seen.get('vedette_slots_total{vantage="fra"}'),
    seen.get('vedette_results_dropped_total'),
  ]).toEqual([1, 40, 9]);
});

test('the parts by vantage, and the one of none, are together the whole', async () => {
  const { metrics, samples } = start();
  metrics.onRecorded([resultEntry(), resultEntry({ vantage: 'par' }), beatEntry()]);
  const parts = [...(await samples('fra')), ...(await samples('par')), ...(await samples(''))].map(([name]) => name);
  expect(parts.sort()).toEqual([...(await samples()).keys()].sort());
});

test('label values are escaped', async () => {
  const odd = httpProbe('shop/odd', { variants: [{ key: 'a"b\\c', values: {} }], from: ['fra'] });
  const { metrics } = start({}, plan([odd]));
  const text = await metrics.exposition();
  expect(text).toContain('variant="a\\"b\\\\c"');
  expect(await promtool(text)).toBe('content');
});

test('buckets go up to the longest run allowed', () => {
  expect(bucketsOf(catalog)).toEqual([0.1, 0.3, 1, 3, 10]);
  expect(bucketsOf(checkout)).toEqual([1, 3, 10, 30, 100]);
  expect(bucketsOf({ ...catalog, timeoutMs: 7_200_000 }).at(-1)).toBe(7_200);
});

test('10 000 checks are scraped in far less than 1.5 s, in short turns, with at most 22 series each', async () => {
  const variants = ['de', 'fr', 'it', 'nl', 'es'].map((key) => ({ key, values: { market: key } }));
  const probes = Array.from({ length: 1_000 }, (_, n) => httpProbe(`shop/p${n}`, { variants }));
  const { metrics, time } = start({}, plan(probes));
  for (const { id: probe } of probes) {
    metrics.onRecorded(
      variants.flatMap(({ key: variant }) => ['fra', 'par'].map((vantage) => resultEntry({ probe, variant, vantage }))),
    );
  }
  time.now += 1_000;
  await metrics.exposition();
  const began = performance.now();
  const text = await metrics.exposition();
  expect(performance.now() - began).toBeLessThan(1_500);
  const series = text.split('\n').filter((line) => line.startsWith('probe_')).length;
  expect(series / 10_000).toBeLessThanOrEqual(22);
});
