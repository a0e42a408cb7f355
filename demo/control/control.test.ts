import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../src/result/result.ts';
import { faultNames } from '../faults.ts';
import { origin } from '../ports.ts';
import { startTestShop, type TestShop } from '../shop.fixture.ts';
import { createWatch, type Watch } from '../watch.ts';
import { askControl, startControl } from './control.ts';

let stack: AsyncDisposableStack;
let shop: TestShop;
let watch: Watch;
let base: string;
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  shop = stack.use(await startTestShop());
  watch = createWatch();
  const { ports, switches } = shop;
  stack.use(await startControl({ ports, switches, sights: watch.sights, metricsUrl: 'http://127.0.0.1:9/metrics' }));
  base = origin(ports.control);
});
afterEach(async () => {
  for (const fault of shop.switches.active()) await shop.switches.turn(fault, false);
});
afterAll(() => stack.disposeAsync());

const failing: Result = {
  v: 1,
  id: 'shop/checkout[de]@fra/scheduled/1',
  probe: 'shop/checkout',
  system: 'shop',
  kind: 'journey',
  variant: 'de',
  vantage: 'fra',
  scheduledAt: 1,
  startedAt: 1,
  durationMs: 8_000,
  outcome: 'fail',
  reason: 'assertion',
  step: 'pay',
  message: 'expected <b>thanks</b>, saw nothing',
  suspect: 'payment',
  cause: 'scheduled',
  traceId: '0'.repeat(32),
  plan: 'p',
};

const form = (on: string, from: string): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams({ on }),
  headers: { origin: from },
  redirect: 'manual',
});

describe('the control API', () => {
  test('lists every fault, and breaks and mends them', async () => {
    expect((await askControl(shop.ports.control, 'GET'))?.map(({ name }) => name)).toEqual(faultNames);
    const broken = await askControl(shop.ports.control, 'PUT', 'payment-down');
    expect(broken?.filter(({ on }) => on).map(({ name }) => name)).toEqual(['payment-down']);
    await askControl(shop.ports.control, 'PUT', 'search-empty');
    expect(shop.switches.active()).toEqual(['search-empty', 'payment-down']);
    await askControl(shop.ports.control, 'DELETE', 'payment-down');
    expect(shop.switches.active()).toEqual(['search-empty']);
    await askControl(shop.ports.control, 'DELETE');
    expect(shop.switches.active()).toEqual([]);
  });

  test('answers a fault that does not exist with those that do', async () => {
    const answer = await fetch(`${base}/api/faults/payment-dwon`, { method: 'PUT' });
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('payment-down')]);
  });

  test('tells when no demo runs', async () => {
    expect(await askControl(1, 'GET')).toBeUndefined();
  });
});

describe('the control page', () => {
  test('switches a fault by its form, and refuses forms of other sites', async () => {
    expect((await fetch(`${base}/faults/search-empty`, form('1', base))).status).toBe(303);
    expect(shop.switches.active()).toEqual(['search-empty']);
    expect((await fetch(`${base}/faults/search-empty`, form('0', 'http://evil.example'))).status).toBe(403);
    expect(shop.switches.active()).toEqual(['search-empty']);
    expect(await (await fetch(base)).text()).toContain('aria-label="Mend: Search finds nothing"');
  });

  test('shows what Vedette sees, with the evidence escaped', async () => {
    expect(await (await fetch(`${base}/seen`)).text()).toContain('No result yet');
    watch.take([failing]);
    const seen = await (await fetch(`${base}/seen`)).text();
    expect(seen).toContain('Of 1 checks, 1 fail.');
    expect(seen).toContain('de from fra');
    expect(seen).toContain('at “pay”, suspect: payment');
    expect(seen).toContain('expected &lt;b&gt;thanks&lt;/b&gt;');
  });

  test('says what the services say of themselves', async () => {
    expect(await (await fetch(`${base}/seen`)).text()).toContain('Everything is fine.');
  });
});
