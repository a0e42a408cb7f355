/**
 * The demo's promise: every fault is seen by the probes of which a user would expect it, in the right way, and by no
 * other. The probes run through the engines, without Redis, against shops of their own, several at a time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Expected, expected } from '../demo/expected.ts';
import { type FaultName, faultNames } from '../demo/faults.ts';
import { copyProbes } from '../demo/probes-copy.ts';
import { table } from '../demo/report.ts';
import { password, paymentKey, startTestShop, type TestShop } from '../demo/shop.fixture.ts';
import { tellWrong } from '../demo/watch.ts';
import { createLog } from '../src/base/log.ts';
import { type Check, checksOf } from '../src/probe/definition.ts';
import { formatFault, type Loaded, load } from '../src/probe/load.ts';
import type { Result } from '../src/result/result.ts';
import { type Control, createControl, withControl } from '../src/run/control.ts';
import type { Engine } from '../src/run/engine.ts';
import { createHttpEngine } from '../src/run/http/engine.ts';
import { findChromium } from '../src/run/journey/chromium.ts';
import { createJourneyEngine } from '../src/run/journey/engine.ts';

/** Shops side by side: most of the time a fault is waited for, not worked on. */
const lanes = 4;
/** Journeys under way over all lanes, as many children in the pool: most of them wait for what does not come. */
const journeysMax = 8;

const secrets: Readonly<Record<string, string>> = { SHOP_PASSWORD: password, PAYMENT_KEY: paymentKey };

interface Lane {
  readonly shop: TestShop;
  readonly loaded: Loaded;
}

let stack: AsyncDisposableStack;
let engines: { readonly http: Engine; readonly journey: Engine };
let open: Lane[];

async function openLane(): Promise<Lane> {
  const shop = stack.use(await startTestShop());
  const probes = join(shop.folder, 'probes');
  await copyProbes(probes, { firstPort: shop.firstPort, caPath: shop.caPath });
  const loaded = await load(probes);
  expect(loaded.faults.map(formatFault)).toEqual([]);
  return { shop, loaded };
}

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'vedette-demo-faults-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const chromium = await findChromium(process.env.VEDETTE_CHROMIUM);
  const log = createLog('demo-faults', 'warn');
  engines = {
    http: stack.use(createHttpEngine({})),
    journey: stack.use(createJourneyEngine({ poolSize: journeysMax, chromium, sandbox: 'auto', dataDir, log })),
  };
  open = await Promise.all(Array.from({ length: lanes }, openLane));
});
afterAll(() => stack.disposeAsync());

/** Lets at most so many pass at a time. */
function createGate(most: number) {
  let under = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (under >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    under++;
    try {
      return await work();
    } finally {
      under--;
      waiting.shift()?.();
    }
  };
}
const journeyGate = createGate(journeysMax);

function run(lane: Lane, check: Check, control: Control): Promise<Result> {
  const { landscape, bundles } = lane.loaded;
  const { kind } = check.probe;
  if (landscape === undefined || kind === 'heartbeat') throw new Error(`${check.id} is not run here`);
  const surroundings = {
    landscape,
    vantage: landscape.vantages[check.vantage],
    secret: (name: string) => secrets[name],
    keepArtifact: () => Promise.resolve(undefined),
    bundle: (hash: string) => Promise.resolve(bundles.get(hash) ?? ''),
  };
  const task = { check, cause: 'manual', scheduledAt: Date.now(), request: 'demo', plan: 'demo' } as const;
  const work = () => withControl(engines[kind], control).run(task, surroundings);
  return kind === 'journey' ? journeyGate(work) : work();
}

const sees = (
  wanted: Expected,
  { probe, variant, vantage }: { probe: { id: string }; variant: { key: string }; vantage: string },
) =>
  wanted.probe === probe.id &&
  (wanted.variants?.includes(variant.key) ?? true) &&
  (wanted.vantages?.includes(vantage) ?? true);

/**
 * The checks that a fault is shown to: every http check and one journey of each probe, from one vantage; more where
 * the fault is told apart by variant or by vantage.
 */
function checksFor(fault: FaultName | undefined, { probes }: Loaded): Check[] {
  const wanted = fault === undefined ? [] : expected[fault];
  return probes
    .filter(({ kind }) => kind !== 'heartbeat')
    .flatMap((probe) => {
      const all = checksOf(probe);
      const [first] = all;
      const apart = wanted.filter((one) => one.probe === probe.id);
      if (apart.some(({ vantages }) => vantages))
        return all.filter(({ variant }) => variant.key === first?.variant.key);
      const near = all.filter(({ vantage }) => vantage === first?.vantage);
      return probe.kind === 'http' || apart.some(({ variants }) => variants) ? near : near.slice(0, 1);
    });
}

/** What is compared: nothing where all is well, and no step of what is only slow, as any may be. */
function told(seen: Pick<Result, 'outcome' | 'reason' | 'step' | 'suspect'> | undefined) {
  if (seen === undefined || seen.outcome === 'pass') return 'pass';
  const { outcome, reason, step, suspect } = seen;
  return { outcome, reason, suspect, ...(outcome === 'degraded' ? {} : { step }) };
}

interface Shown {
  readonly fault: FaultName;
  readonly check: Check;
  readonly result: Result;
}

/** Shows one fault to the probes of a lane. */
async function show(fault: FaultName, lane: Lane): Promise<Shown[]> {
  // One for each fault: what the control targets were during the one before must not count.
  await using control = createControl();
  await lane.shop.switches.turn(fault, true);
  try {
    const checks = checksFor(fault, lane.loaded);
    return await Promise.all(checks.map(async (check) => ({ fault, check, result: await run(lane, check, control) })));
  } finally {
    await lane.shop.switches.turn(fault, false);
  }
}

/** The table fault × probe: what saw each fault, alike checks in one row. */
function tell(shown: readonly Shown[]): string {
  const rows = faultNames.flatMap((fault) => {
    if (!shown.some((one) => one.fault === fault)) return [];
    const bad = shown.filter((one) => one.fault === fault && one.result.outcome !== 'pass');
    const alike = Map.groupBy(bad, ({ check, result: { outcome, reason, step, suspect } }) =>
      JSON.stringify([check.probe.id, outcome, reason, step ?? '', suspect ?? '']),
    );
    const others = shown.filter((one) => one.fault === fault).length - bad.length;
    const lines = [...alike].map(([key, group], index) => {
      const variants = new Set(group.map(({ check }) => check.variant.key).filter((variant) => variant !== ''));
      const vantages = new Set(group.map(({ check }) => check.vantage));
      const [probe, ...rest] = JSON.parse(key) as string[];
      return [index === 0 ? fault : '', probe ?? '', [...variants].join(), [...vantages].join(), ...rest];
    });
    return [...lines, ['', `${others} others pass`]];
  });
  return table([['fault', 'probe', 'variants', 'from', 'outcome', 'reason', 'step', 'suspect'], ...rows]);
}

test('without a fault every check passes', async () => {
  const [lane] = open;
  if (lane === undefined) throw new Error('no lane is open');
  await using control = createControl();
  const results = await Promise.all(checksFor(undefined, lane.loaded).map((check) => run(lane, check, control)));
  expect(results.filter(({ outcome }) => outcome !== 'pass').map((bad) => `${bad.id} ${tellWrong(bad)}`)).toEqual([]);
});

test('every fault is seen by the probes that should see it, as it should be, and by no other', async () => {
  // That the ERP falls silent is told by what it sends, see the next test. Those that hang take longest, and go first.
  const hanging: readonly FaultName[] = ['third-party-hangs', 'payment-hanging'];
  const others = faultNames.filter((fault) => fault !== 'erp-export-silent' && !hanging.includes(fault));
  const waiting = [...hanging, ...others];
  const shown: Shown[] = [];
  await Promise.all(
    open.map(async (lane) => {
      for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift())
        shown.push(...(await show(fault, lane)));
    }),
  );
  process.stdout.write(`\n${tell(shown)}\n\n`);
  const compared = shown.map(({ fault, check, result }) => {
    const wanted = expected[fault].find((one) => sees(one, check));
    const place = `${fault}: ${check.id}`;
    return { place, message: result.message, saw: told(result), wanted: told(wanted) };
  });
  const wrong = compared.filter(({ saw, wanted }) => JSON.stringify(saw) !== JSON.stringify(wanted));
  expect(wrong).toEqual([]);
}, 150_000);

test('a silent ERP sends nothing for longer than its heartbeat probe waits', async () => {
  const [lane] = open;
  const probe = lane?.loaded.probes.find(({ id }) => id === 'erp/nightly-export');
  if (lane === undefined || probe?.kind !== 'heartbeat') throw new Error('the heartbeat probe is gone');
  expect({ every: probe.expectEveryMs, grace: probe.graceMs, token: probe.token }).toEqual({
    every: 20_000,
    grace: 10_000,
    token: 'HEARTBEAT_TOKEN_ERP_NIGHTLY_EXPORT',
  });
  await expect.poll(() => lane.shop.reports.length).toBeGreaterThan(0);
  await lane.shop.switches.turn('erp-export-silent', true);
  // A report that is under way may still come in; after it there is none.
  const last = lane.shop.reports.length + 1;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(lane.shop.reports.length).toBeLessThanOrEqual(last);
});
