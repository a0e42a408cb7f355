/** Entries, probes and a plan for the tests of this folder. */
import { type HttpProbe, INBOX, type Landscape, type Plan, type Probe } from '../probe/definition.ts';
import { type Cause, type Entry, type Missed, type Result, resultId, type VantageBeat } from './result.ts';

/** 2026-01-01T00:00:00Z, the beginning of an hour. */
export const T0 = 1_767_225_600_000;

export function result(over: Partial<Result> = {}, request?: string): Result {
  const probe = over.probe ?? 'shop/catalog';
  const variant = over.variant ?? 'de';
  const vantage = over.vantage ?? 'fra';
  const cause: Cause = over.cause ?? 'scheduled';
  const scheduledAt = over.scheduledAt ?? T0;
  const check = variant === '' ? `${probe}@${vantage}` : `${probe}[${variant}]@${vantage}`;
  return {
    v: 1,
    id: resultId(check, cause, scheduledAt, request),
    probe,
    system: probe.split('/')[0] ?? '',
    kind: 'http',
    variant,
    vantage,
    scheduledAt,
    startedAt: scheduledAt + 3,
    durationMs: 123.4,
    outcome: 'pass',
    cause,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    plan: '0123456789abcdef',
    status: 200,
    version: '1.1',
    ip: '127.0.0.1',
    redirects: 0,
    bytes: 5_120,
    certificateExpiresAt: T0 + 30 * 86_400_000,
    phases: { resolve: 0.001, connect: 0.002, tls: 0.01, processing: 0.09, transfer: 0.02 },
    ...over,
  };
}

export function resultEntry(over: Partial<Result> = {}, request?: string): Entry & { type: 'result' } {
  return { type: 'result', result: result(over, request) };
}

export function missedEntry(over: Partial<Missed> = {}): Entry & { type: 'missed' } {
  const { id, probe, system, variant, vantage, scheduledAt, plan } = result({
    ...(over.probe === undefined ? {} : { probe: over.probe }),
    ...(over.variant === undefined ? {} : { variant: over.variant }),
    ...(over.vantage === undefined ? {} : { vantage: over.vantage }),
    ...(over.scheduledAt === undefined ? {} : { scheduledAt: over.scheduledAt }),
  });
  return {
    type: 'missed',
    missed: { v: 1, id, probe, system, variant, vantage, scheduledAt, reason: 'late', plan, ...over },
  };
}

export function beatEntry(over: Partial<VantageBeat> = {}): Entry & { type: 'vantage' } {
  return {
    type: 'vantage',
    beat: {
      v: 1,
      vantage: 'fra',
      instance: 'fra-1',
      at: T0,
      startedAt: T0 - 60_000,
      clockSkewMs: 12,
      saturation: 0.25,
      queues: { 'fra-rounds': 3 },
      droppedResults: 0,
      ...over,
    },
  };
}

/** A journey's result with everything that one may carry. */
export function journeyResult(over: Partial<Result> = {}): Result {
  const base = result({ probe: 'shop/checkout', kind: 'journey' });
  const {
    status: _s,
    version: _v,
    ip: _i,
    redirects: _r,
    bytes: _b,
    certificateExpiresAt: _c,
    phases: _p,
    ...rest
  } = base;
  return {
    ...rest,
    outcome: 'fail',
    reason: 'element',
    step: 'pay',
    message: 'the button "Pay" was not there within 5s',
    steps: [
      { name: 'open the shop', startMs: 10, durationMs: 800, outcome: 'pass' },
      { name: 'pay', startMs: 820, durationMs: 5_000, outcome: 'fail' },
      { name: 'thank you', startMs: 5_820, durationMs: 0, outcome: 'skipped' },
    ],
    vitals: { lcp: 1_200, fcp: 600, cls: 0.02, inp: 40, ttfb: 90 },
    requests: {
      shop: { count: 12, failed: 0, slowestMs: 300 },
      payment: { count: 3, failed: 2, slowestMs: 5_000 },
      'cdn.example': { count: 4, failed: 1, slowestMs: 40 },
    },
    consoleErrors: ['ReferenceError: pay is not defined'],
    finalUrl: 'http://shop.example/de/basket',
    sourceLine: { file: 'shop/checkout.ts', line: 31, text: "await page.click('#pay');" },
    artifacts: [{ kind: 'screenshot', hash: 'a'.repeat(64), type: 'image/png', bytes: 1_000 }],
    ...over,
  };
}

export function httpProbe(id: string, over: Partial<HttpProbe> = {}): HttpProbe {
  return {
    id,
    kind: 'http',
    system: id.split('/')[0] ?? '',
    schedule: { everyMs: 30_000 },
    from: ['fra', 'par'],
    variants: [{ key: 'de', values: { market: 'de' } }],
    timeoutMs: 5_000,
    slowMs: 800,
    severity: 'page',
    dependsOn: [],
    source: { file: `${id}.ts`, line: 1 },
    requests: {},
    ...over,
  };
}

function landscape(): Landscape {
  const system = (label: string) => ({
    label,
    owner: 'shop-team',
    hosts: [],
    external: false,
    dependsOn: [],
    headers: {},
  });
  const vantage = (label: string) => ({ label, country: 'DE', network: label, inside: false });
  return {
    project: 'test',
    teams: { 'shop-team': { label: 'Shop' } },
    systems: { shop: system('Shop'), payment: system('Payment'), search: system('Search') },
    vantages: { fra: vantage('Frankfurt'), par: vantage('Paris'), [INBOX]: vantage('Inbox') },
    secrets: {},
  };
}

export function plan(probes: readonly Probe[], version = '0123456789abcdef'): Plan {
  return { format: 1, project: 'test', version, landscape: landscape(), probes };
}
