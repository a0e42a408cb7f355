/**
 * The order API: turns a basket into an order. It asks identity who orders, the ERP for the tax, the carrier for
 * the delivery, and payment for the money.
 */
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { z } from 'zod';
import { call } from './call.ts';
import { standardDeliveryCents } from './carrier.ts';
import { sessionCookie } from './identity.ts';
import { markets } from './markets.ts';
import { productOf } from './products.ts';

/** How long the order API waits for another system, milliseconds. */
const callMsMax = 4_000;
/** Orders that are kept; the oldest go first. */
const ordersMax = 1_000;

const basket = z.object({
  market: z.enum(['de', 'fr', 'it']),
  lines: z
    .array(z.object({ sku: z.string(), quantity: z.number().int().min(1).max(99) }))
    .min(1)
    .max(50),
  paymentToken: z.string(),
});
type Basket = z.infer<typeof basket>;

/** Origins of the systems that the order API calls. */
export interface OrderCalls {
  readonly payment: string;
  readonly erp: string;
  readonly carrier: string;
  readonly identity: string;
}

const taxAnswer = z.object({ taxCents: z.number() });
const rateAnswer = z.object({ rates: z.array(z.object({ cents: z.number() })).min(1) });

/** What a basket costs, with tax and delivery; `undefined` when the ERP does not say. */
async function price(calls: OrderCalls, { market, lines }: Basket) {
  const goodsCents = lines.reduce((sum, line) => sum + (productOf(line.sku)?.cents ?? 0) * line.quantity, 0);
  const [tax, rates] = await Promise.all([
    call(`${calls.erp}/v1/tax`, { body: { market, grossCents: goodsCents }, timeoutMs: callMsMax }),
    call(`${calls.carrier}/v1/rates?country=${market}`, { timeoutMs: callMsMax }),
  ]);
  const taxed = taxAnswer.safeParse(tax.body);
  const rated = rateAnswer.safeParse(rates.body);
  if (!taxed.success) return undefined;
  // A carrier that is away must not cost the order.
  const deliveryCents = (rated.success ? rated.data.rates[0]?.cents : undefined) ?? standardDeliveryCents;
  return { goodsCents, deliveryCents, taxCents: taxed.data.taxCents, totalCents: goodsCents + deliveryCents };
}

/** `POST /orders`, `GET /orders/:id`, `DELETE /orders/:id`, each with the customer's session; `POST /quotes` without. */
export function ordersApp(calls: OrderCalls): Hono {
  const app = new Hono();
  const orders = new Map<string, object>();
  app.use(cors({ origin: (from) => from, credentials: true }));
  app.post('/quotes', async (c) => {
    const wanted = basket.omit({ paymentToken: true }).safeParse(await c.req.json().catch(() => undefined));
    if (!wanted.success) return c.json({ error: 'not a basket' }, 422);
    const priced = await price(calls, { ...wanted.data, paymentToken: '' });
    return priced === undefined ? c.json({ error: 'tax is not available' }, 502) : c.json(priced);
  });
  app.use('/orders/*', async (c, next) => {
    const token = getCookie(c, sessionCookie) ?? '';
    const me = await call(`${calls.identity}/v1/me`, { token, timeoutMs: callMsMax });
    if (me.status !== 200) return c.json({ error: 'sign in first' }, me.status === 401 ? 401 : 502);
    return next();
  });
  app.post('/orders', async (c) => {
    const wanted = basket.safeParse(await c.req.json().catch(() => undefined));
    if (!wanted.success || wanted.data.lines.some((line) => productOf(line.sku) === undefined)) {
      return c.json({ error: 'not a basket' }, 422);
    }
    const priced = await price(calls, wanted.data);
    if (priced === undefined) return c.json({ error: 'tax is not available' }, 502);
    const body = { token: wanted.data.paymentToken, cents: priced.totalCents };
    const capture = await call(`${calls.payment}/v1/captures`, { body, timeoutMs: callMsMax });
    if (capture.status !== 201)
      return c.json({ error: 'payment is not available' }, capture.status === 402 ? 402 : 502);
    const id = randomUUID().slice(0, 8);
    const { market, lines } = wanted.data;
    const order = { id, market, lines, ...priced, currency: markets[market].currency };
    orders.set(id, order);
    for (const oldest of orders.keys()) if (orders.size > ordersMax) orders.delete(oldest);
    return c.json(order, 201);
  });
  app.get('/orders/:id', (c) => {
    const order = orders.get(c.req.param('id'));
    return order === undefined ? c.json({ error: 'no such order' }, 404) : c.json(order);
  });
  app.delete('/orders/:id', (c) =>
    orders.delete(c.req.param('id')) ? c.body(null, 204) : c.json({ error: 'no such order' }, 404),
  );
  return app;
}
