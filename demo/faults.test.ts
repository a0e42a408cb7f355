import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FaultName, faultNames, faults } from './faults.ts';
import { host, type Listener, origin } from './ports.ts';
import { slowPaymentMs } from './shop/payment.ts';
import { queueMs } from './shop/storefront.ts';
import { exportEveryMs, password, paymentKey, startTestShop, type TestShop } from './shop.fixture.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterEach(async () => {
  for (const fault of shop.switches.active()) await shop.switches.turn(fault, false);
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
});

const at = (listener: Listener, path: string) => `${origin(shop.ports[listener])}${path}`;
const get = (listener: Listener, path: string, init: RequestInit = {}) =>
  fetch(at(listener, path), { redirect: 'manual', signal: AbortSignal.timeout(8_000), ...init });
const page = async (path: string) => (await get('shop', path)).text();
const breakIt = (fault: FaultName) => shop.switches.turn(fault, true);

/** Codes by which a connection fails. */
async function failure(asked: Promise<unknown>): Promise<string> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof DOMException) return cause.name;
  if (cause instanceof AggregateError) return String(cause.errors[0]?.code);
  return cause instanceof Error ? String('code' in cause ? cause.code : cause.name) : 'none';
}

/** The first request may still learn that a kept connection has ended; from then on they are refused. */
async function refuses(listener: Listener, path: string): Promise<void> {
  await vi.waitFor(async () => expect(await failure(get(listener, path))).toBe('ECONNREFUSED'));
}

/** The status of a page asked for through a vantage's egress, or the code with which the connection ended. */
function through(egress: Listener, listener: Listener, path: string): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request({ host, port: shop.ports[egress], path: at(listener, path), agent: false });
    asked.on('response', (answer: IncomingMessage) => resolve(answer.resume().statusCode ?? 0));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}

/** What the shop shows to a client that trusts the demo's authority. */
async function certificate(): Promise<{ trusted: boolean; why: string; daysLeft: number }> {
  const ca = await readFile(shop.caPath);
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host, port: shop.ports.secureShop, ca, rejectUnauthorized: false }, () => {
      const until = Date.parse(socket.getPeerCertificate().valid_to);
      const why = String(socket.authorizationError ?? '');
      resolve({ trusted: socket.authorized, why, daysLeft: (until - Date.now()) / 86_400_000 });
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Buys milk over the APIs. */
async function buy(): Promise<{ status: number; order: Record<string, unknown>; cookie: string }> {
  const signedIn = await get('identity', '/v1/sign-in', json({ email: 'ada@example.com', password }));
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const card = await get('payment', '/v1/tokens', json({ card: '4242 4242 4242 4242' }));
  const { token } = (await card.json()) as { token: string };
  const body = { market: 'fr', lines: [{ sku: 'milk', quantity: 2 }], paymentToken: token };
  const ordered = await get('orders', '/orders', json(body, { cookie }));
  return { status: ordered.status, order: (await ordered.json()) as Record<string, unknown>, cookie };
}

describe('the shop without a fault', () => {
  test('every market has its language and its prices', async () => {
    expect(await page('/de')).toMatch(/lang="de"[\s\S]*In den Korb/);
    expect(await page('/fr')).toMatch(/lang="fr"[\s\S]*1,89\s€/);
    expect(await page('/it')).toContain('Aggiungi al carrello');
  });

  test('an order is made, read back and deleted', async () => {
    const { status, order, cookie } = await buy();
    expect(status).toBe(201);
    expect(order).toMatchObject({
      market: 'fr',
      currency: 'EUR',
      goodsCents: 378,
      taxCents: 20,
      deliveryCents: 450,
      totalCents: 828,
    });
    const path = `/orders/${String(order.id)}`;
    expect((await get('orders', path, { headers: { cookie } })).status).toBe(200);
    expect((await get('orders', path, { method: 'DELETE', headers: { cookie } })).status).toBe(204);
    expect((await get('orders', path, { headers: { cookie } })).status).toBe(404);
  });

  test('nobody orders without a session or signs in with a wrong password', async () => {
    const basket = { market: 'de', lines: [{ sku: 'milk', quantity: 1 }], paymentToken: 'x' };
    expect((await get('orders', '/orders', json(basket))).status).toBe(401);
    expect((await get('identity', '/v1/sign-in', json({ email: 'ada@example.com', password: 'guess' }))).status).toBe(
      401,
    );
  });

  test('payment wants the key of the shop', async () => {
    expect((await get('payment', '/v1/methods')).status).toBe(401);
    const headers = { authorization: `Bearer ${paymentKey}` };
    expect((await get('payment', '/v1/methods', { headers })).status).toBe(200);
  });

  test('the shop is reached over https by those who trust its authority', async () => {
    const ca = await readFile(shop.caPath);
    const status = await new Promise((resolve, reject) => {
      secureRequest({ host, port: shop.ports.secureShop, path: '/de', ca, agent: false }, (answer) =>
        resolve(answer.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    expect((await certificate()).daysLeft).toBeGreaterThan(80);
  });
});

/** What each fault does to the shop, as a plain client sees it. */
const effects: Record<FaultName, () => Promise<void>> = {
  'pay-button-dead': async () => {
    expect(await page('/de/checkout')).not.toContain('pk_demo');
    expect((await get('shop', '/de/checkout')).status).toBe(200);
  },
  'search-empty': async () => {
    const answer = await get('search', '/search?market=de&q=milch');
    expect([answer.status, await answer.json()]).toEqual([200, { query: 'milch', items: [] }]);
  },
  'wrong-currency': async () => {
    expect(await page('/fr')).toMatch(/1,89\s\$US/);
    expect(await page('/de')).not.toContain('$');
  },
  'third-party-hangs': async () => {
    expect(await failure(get('thirdParty', '/widget.js', { signal: AbortSignal.timeout(300) }))).toBe('TimeoutError');
  },
  'one-market-broken': async () => {
    const italy = await get('shop', '/it');
    expect([italy.status, await italy.text()]).toEqual([200, expect.stringContaining('Ci scusiamo')]);
    expect(await page('/de')).toContain('Vollmilch');
  },
  'reachable-from-one-vantage-only': async () => {
    expect(await through('egressFra', 'shop', '/de')).toBe(200);
    expect(await through('egressPar', 'shop', '/de')).toBe('ECONNRESET');
    expect(await through('egressOutside', 'search', '/search?market=de&q=a')).toBe('ECONNRESET');
    expect(await through('egressOutside', 'carrier', '/v1/rates?country=DE')).toBe(200);
  },
  'vantage-cut-off': async () => {
    for (const listener of ['shop', 'carrier', 'elsewhere'] as const) {
      expect(await through('egressPar', listener, '/')).toBe('ECONNRESET');
      expect(await through('egressOutside', listener, '/')).not.toBe('ECONNRESET');
    }
    expect(await through('egressFra', 'elsewhere', '/')).toBe(204);
  },
  'shop-slow': async () => {
    const started = performance.now();
    await page('/de');
    expect(performance.now() - started).toBeGreaterThan(queueMs - 50);
  },
  'payment-down': async () => {
    await refuses('payment', '/v1/methods');
  },
  'payment-hanging': async () => {
    expect(await failure(get('payment', '/v1/methods', { signal: AbortSignal.timeout(300) }))).toBe('TimeoutError');
  },
  'payment-slow': async () => {
    const started = performance.now();
    await get('payment', '/v1/methods', { headers: { authorization: `Bearer ${paymentKey}` } });
    expect(performance.now() - started).toBeGreaterThan(slowPaymentMs - 50);
  },
  'certificate-expired': async () => {
    expect(await certificate()).toMatchObject({ trusted: false, why: expect.stringContaining('EXPIRED') });
  },
  'certificate-expiring': async () => {
    const { trusted, daysLeft } = await certificate();
    expect([trusted, Math.round(daysLeft)]).toEqual([true, 5]);
  },
  'errors-500': async () => {
    expect((await get('shop', '/fr')).status).toBe(500);
  },
  'redirect-loop': async () => {
    expect((await get('shop', '/fr')).headers.get('location')).toBe('/fr/start');
    expect((await get('shop', '/fr/start')).headers.get('location')).toBe('/fr');
  },
  'identity-errors': async () => {
    expect((await get('identity', '/v1/sign-in', json({ email: 'ada@example.com', password }))).status).toBe(500);
  },
  'carrier-down': async () => {
    await refuses('carrier', '/v1/rates?country=DE');
    const { status, order } = await buy();
    expect([status, order.deliveryCents]).toEqual([201, 490]);
  },
  'erp-export-silent': async () => {
    const before = shop.reports.length;
    // Nothing to wait for: silence has no event. Five intervals are enough to tell it from a late report.
    await new Promise((resolve) => setTimeout(resolve, 5 * exportEveryMs));
    expect(shop.reports.length).toBeLessThanOrEqual(before + 1);
  },
};

/** What the services' own monitoring says: health pages that are not 200, and answers of 500 and above. */
async function internalAlarms(): Promise<string[]> {
  const listeners: Listener[] = [
    'shop',
    'catalog',
    'search',
    'orders',
    'payment',
    'erp',
    'carrier',
    'identity',
    'thirdParty',
  ];
  const alarms = await Promise.all(
    listeners.map(async (listener) => {
      const health = await get(listener, '/healthz').catch(() => undefined);
      const metrics = await get(listener, '/metrics').then(
        (answer) => answer.text(),
        () => '',
      );
      const errors = /status="5\d\d"\} [1-9]/.test(metrics);
      return [...(health?.status === 200 ? [] : [`${listener} unwell`]), ...(errors ? [`${listener} errors`] : [])];
    }),
  );
  return alarms.flat();
}

describe('hidden faults', () => {
  test.each(faultNames.filter((name) => faults[name].hidden))(
    '%s shows, and no internal signal does',
    async (fault) => {
      await breakIt(fault);
      await effects[fault]();
      expect(await internalAlarms()).toEqual([]);
    },
  );
});

describe('plain faults', () => {
  test.each(faultNames.filter((name) => !faults[name].hidden))('%s shows', async (fault) => {
    await breakIt(fault);
    await effects[fault]();
  });

  test.each([
    'payment-down',
    'payment-hanging',
    'payment-slow',
    'errors-500',
    'redirect-loop',
    'identity-errors',
    'carrier-down',
  ] as const)('%s makes a service unwell by its own account', async (fault) => {
    const before = await internalAlarms();
    await breakIt(fault);
    const after = await internalAlarms();
    expect(after.filter((alarm) => alarm.endsWith('unwell') && !before.includes(alarm))).toHaveLength(1);
  });
});

describe('mending', () => {
  test('payment answers again after it was down, and after it hung', async () => {
    for (const fault of ['payment-down', 'payment-hanging'] as const) {
      await breakIt(fault);
      await shop.switches.turn(fault, false);
      expect((await buy()).status).toBe(201);
    }
  });

  test('the ERP reports again, with its token', async () => {
    await breakIt('erp-export-silent');
    await shop.switches.turn('erp-export-silent', false);
    const mended = Date.now();
    await vi.waitFor(() => expect(shop.reports.some(({ at: reported }) => reported > mended)).toBe(true), 3_000);
    expect(shop.reports.at(-1)?.authorization).toBe('Bearer token-of-the-tests');
  });

  test('a good certificate is shown again', async () => {
    await breakIt('certificate-expired');
    await shop.switches.turn('certificate-expired', false);
    expect((await certificate()).trusted).toBe(true);
  });
});
