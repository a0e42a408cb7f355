/** Plans for the tests of this folder, made without files. */
import type { HeartbeatProbe, HttpProbe, JourneyProbe, Landscape, Plan, Probe, Schedule } from '../probe/definition.ts';
import { makePlan } from '../probe/plan.ts';

export const landscape: Landscape = {
  project: 'shop',
  teams: { web: { label: 'Web' } },
  systems: { shop: { label: 'Shop', owner: 'web', hosts: [], external: false, dependsOn: [], headers: {} } },
  vantages: {
    fra: { label: 'Frankfurt', country: 'DE', network: 'one', inside: false },
    par: { label: 'Paris', country: 'FR', network: 'two', inside: false },
  },
  secrets: {},
};

/** What a test says of a probe; all else has a default. */
export interface Wish {
  readonly schedule?: Schedule;
  readonly from?: readonly string[];
  readonly timeoutMs?: number;
  readonly variants?: readonly string[];
  readonly line?: number;
}

function base(id: string, wish: Wish) {
  return {
    id,
    system: 'shop',
    schedule: wish.schedule ?? { everyMs: 30_000 },
    from: wish.from ?? ['fra'],
    variants: (wish.variants ?? ['']).map((key) => ({ key, values: key === '' ? {} : { v: key } })),
    timeoutMs: wish.timeoutMs ?? 5_000,
    severity: 'page' as const,
    dependsOn: [],
    source: { file: `${id}.ts`, line: wish.line ?? 1 },
  };
}

export function httpProbe(id: string, wish: Wish = {}): HttpProbe {
  const request = {
    url: 'http://shop.invalid/',
    method: 'GET',
    headers: {},
    redirects: 0,
    http2: false,
    expect: { status: ['2xx'], header: {}, json: {} },
  } as const;
  const requests = Object.fromEntries((wish.variants ?? ['']).map((key) => [key, request]));
  return { ...base(id, wish), kind: 'http', requests };
}

export function journeyProbe(id: string, wish: Wish = {}): JourneyProbe {
  return { ...base(id, wish), kind: 'journey', bundle: 'b1', export: 'default', vitals: {}, secrets: [] };
}

export function heartbeatProbe(id: string, wish: Wish = {}): HeartbeatProbe {
  return {
    ...base(id, { from: ['inbox'], ...wish }),
    kind: 'heartbeat',
    expectEveryMs: 60_000,
    graceMs: 0,
    token: 'T',
  };
}

export function planOf(...probes: readonly Probe[]): Plan {
  return makePlan(landscape, probes);
}

/** A plan of so many http probes `shop/p0`, `shop/p1`… alike. */
export function planOfMany(count: number, wish: Wish = {}): Plan {
  return planOf(...Array.from({ length: count }, (_, i) => httpProbe(`shop/p${i}`, wish)));
}
