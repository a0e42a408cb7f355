/**
 * The payment provider, an external system: the customer's browser hands it the card, the shop captures the sum.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Switches } from '../faults.ts';

/** How long every answer takes while payment is slow, milliseconds. */
export const slowPaymentMs = 3_000;
/** A hanging request is let go after this long, milliseconds; longer than any client waits. */
const hangMsMax = 60_000;
/** Card tokens that are remembered; the oldest go first. */
const tokensMax = 1_000;

/**
 * `GET /v1/methods` (with the merchant's key), `POST /v1/tokens` from the browser, `POST /v1/captures` from the shop.
 * @param apiKey The merchant's key.
 */
export function paymentApp(switches: Switches, apiKey: string): Hono {
  const app = new Hono();
  const tokens = new Set<string>();
  app.use(cors());
  app.use('/v1/*', async (c, next) => {
    if (switches.on('payment-hanging'))
      await delay(hangMsMax, undefined, { signal: c.req.raw.signal, ref: false }).catch(() => {});
    if (switches.on('payment-slow')) await delay(slowPaymentMs);
    await next();
  });
  app.get('/v1/methods', (c) => {
    if (c.req.header('authorization') !== `Bearer ${apiKey}`) return c.json({ error: 'unknown merchant key' }, 401);
    return c.json({ methods: ['card', 'invoice'] });
  });
  app.post('/v1/tokens', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const card = typeof body === 'object' && body !== null && 'card' in body ? String(body.card) : '';
    if (!/^[\d ]{12,23}$/.test(card)) return c.json({ error: 'not a card number' }, 422);
    const token = `tok_${randomUUID()}`;
    tokens.add(token);
    for (const oldest of tokens) if (tokens.size > tokensMax) tokens.delete(oldest);
    return c.json({ token }, 201);
  });
  app.post('/v1/captures', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const token = typeof body === 'object' && body !== null && 'token' in body ? String(body.token) : '';
    // A token pays once.
    if (!tokens.delete(token)) return c.json({ error: 'unknown or used token' }, 402);
    return c.json({ capture: `cap_${randomUUID()}` }, 201);
  });
  return app;
}
