import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checksOf,
  type HeartbeatProbe,
  type HttpProbe,
  type JourneyProbe,
  type Landscape,
  type Probe,
} from './definition.ts';
import type { Loaded } from './load.ts';
import { carryOver, makePlan, planBundles } from './plan.ts';
import { expandVariants } from './variants.ts';

const landscape: Landscape = {
  project: 'shop',
  teams: { web: { label: 'Web' } },
  systems: {
    shop: { label: 'Shop', owner: 'web', hosts: [], external: false, dependsOn: [], headers: {} },
    erp: { label: 'ERP', owner: 'web', hosts: [], external: true, dependsOn: [], headers: {} },
  },
  vantages: { fra: { label: 'Frankfurt', country: 'DE', network: 'one', inside: false } },
  secrets: {},
};

function base(id: string, file: string) {
  return {
    id,
    system: id.split('/')[0] ?? '',
    schedule: { everyMs: 30_000 },
    variants: [{ key: '', values: {} }],
    timeoutMs: 5_000,
    severity: 'page' as const,
    dependsOn: ['erp'],
    source: { file, line: 1 },
  };
}

function http(id: string, file = `${id}.ts`, from: readonly string[] = ['fra']): HttpProbe {
  return { ...base(id, file), kind: 'http', from, requests: {} };
}

function journey(id: string, bundle: string): JourneyProbe {
  return {
    ...base(id, `${id}.ts`),
    kind: 'journey',
    from: ['fra'],
    bundle,
    export: 'default',
    vitals: {},
    secrets: [],
  };
}

function heartbeat(id: string): HeartbeatProbe {
  return { ...base(id, `${id}.ts`), kind: 'heartbeat', from: ['inbox'], expectEveryMs: 60_000, graceMs: 0, token: 'T' };
}

function loaded(
  probes: readonly Probe[],
  brokenFiles: readonly string[] = [],
  seen: Landscape | undefined = landscape,
): Loaded {
  return { landscape: seen, probes, bundles: new Map(), faults: [], files: [], brokenFiles };
}

describe('a plan', () => {
  test('is the same whatever the order of its probes, and frozen', () => {
    const one = makePlan(landscape, [http('shop/b'), http('shop/a')]);
    const two = makePlan(landscape, [http('shop/a'), http('shop/b')]);
    expect(one).toEqual(two);
    expect(one.version).toMatch(/^[0-9a-f]{16}$/);
    expect(one.probes.map(({ id }) => id)).toEqual(['shop/a', 'shop/b']);
    expect(Object.isFrozen(one.probes[0]?.schedule)).toBe(true);
  });

  test('has the version that it had before it went through JSON', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 20 }), (names) => {
        const plan = makePlan(
          landscape,
          names.map((name) => http(`shop/${name}`)),
        );
        const copy = JSON.parse(JSON.stringify(plan)) as typeof plan;
        expect(makePlan(copy.landscape, [...copy.probes].reverse()).version).toBe(plan.version);
      }),
      { numRuns: 50 },
    );
  });

  test('names the bundles of its journeys, each once', () => {
    const plan = makePlan(landscape, [
      journey('shop/a', 'f2'),
      journey('shop/b', 'e1'),
      journey('shop/c', 'f2'),
      http('shop/d'),
    ]);
    expect(planBundles(plan)).toEqual(['e1', 'f2']);
  });
});

describe('what stays in force', () => {
  const published = makePlan(landscape, [http('shop/a'), http('shop/b'), http('erp/c'), heartbeat('shop/h')]);

  test('nothing published: the plan is what loaded', () => {
    expect(carryOver(loaded([http('shop/a')], ['x.ts']), undefined)).toEqual({
      plan: makePlan(landscape, [http('shop/a')]),
      kept: [],
    });
  });

  test('a probe of a broken file stays as it was; one whose file is gone does not', () => {
    const { plan, kept } = carryOver(loaded([http('shop/a')], ['shop/b.ts', 'shop/h.ts']), published);
    expect(plan?.probes.map(({ id }) => id)).toEqual(['shop/a', 'shop/b', 'shop/h']);
    expect(kept).toEqual([
      { probe: 'shop/b', file: 'shop/b.ts' },
      { probe: 'shop/h', file: 'shop/h.ts' },
    ]);
  });

  test('a probe that loads now is not kept as it was, even if its file has another fault', () => {
    const now = { ...http('shop/b'), timeoutMs: 1_000 };
    const { plan, kept } = carryOver(loaded([now], ['shop/b.ts']), published);
    expect(plan?.probes).toEqual([now]);
    expect(kept).toEqual([]);
  });

  test('a broken landscape keeps the whole published plan', () => {
    const { plan, kept } = carryOver({ ...loaded([http('shop/z')]), landscape: undefined }, published);
    expect(plan).toBe(published);
    expect(kept).toHaveLength(4);
    expect(carryOver({ ...loaded([]), landscape: undefined }, undefined)).toEqual({ plan: undefined, kept: [] });
  });

  test('a kept probe loses what the landscape no longer knows', () => {
    const { erp: _gone, ...systems } = landscape.systems;
    const before = makePlan(landscape, [
      http('shop/b', 'b.ts', ['fra', 'par']),
      http('shop/p', 'b.ts', ['par']),
      http('erp/c', 'b.ts'),
    ]);
    const { plan } = carryOver(loaded([], ['b.ts'], { ...landscape, systems }), before);
    expect(plan?.probes).toEqual([{ ...http('shop/b', 'b.ts'), dependsOn: [] }]);
  });

  test("another project's plan is not carried on", () => {
    const other = makePlan({ ...landscape, project: 'other' }, [http('shop/b')]);
    expect(carryOver(loaded([], ['shop/b.ts']), other).plan?.probes).toEqual([]);
  });
});

test('variants are every combination of their values, each with a key of its own', () => {
  const value = fc.stringMatching(/^[a-z0-9]{1,4}$/);
  const axes = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.uniqueArray(value, { minLength: 1, maxLength: 5 }), {
    minKeys: 1,
    maxKeys: 3,
  });
  fc.assert(
    fc.property(axes, (given) => {
      const { variants, problems } = expandVariants(given);
      expect(problems).toEqual([]);
      const count = Object.values(given).reduce((product, { length }) => product * length, 1);
      expect(new Set(variants.map(({ key }) => key)).size).toBe(count);
      for (const { values } of variants) expect(Object.keys(values)).toEqual(Object.keys(given));
      expect(checksOf({ ...http('shop/a'), variants })).toHaveLength(count);
    }),
  );
});
