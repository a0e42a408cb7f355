/**
 * The identity provider, an external system: signs customers in, and tells the shop who a token belongs to.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import type { Switches } from '../faults.ts';

/** The cookie that holds a customer's session; it is the host's, so every port of the demo sees it. */
export const sessionCookie = 'halm_session';

/** The customer as whom the probes sign in. */
const customer = { email: 'ada@example.com', name: 'Ada' } as const;

/**
 * `POST /v1/sign-in`, `GET /v1/me`, `GET /.well-known/keys.json`.
 * @param password The one customer's password.
 */
export function identityApp(switches: Switches, password: string): Hono {
  const key = randomBytes(32);
  const sign = (email: string) => createHmac('sha256', key).update(email).digest('base64url');
  const app = new Hono();
  app.use(cors({ origin: (from) => from, credentials: true }));
  app.get('/.well-known/keys.json', (c) => c.json({ keys: [{ kid: 'demo-1', alg: 'HS256', use: 'sig' }] }));
  app.post('/v1/sign-in', async (c) => {
    if (switches.on('identity-errors')) return c.json({ error: 'user directory not available' }, 500);
    const body: unknown = await c.req.json().catch(() => undefined);
    const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
    if (given.email !== customer.email || given.password !== password)
      return c.json({ error: 'wrong e-mail or password' }, 401);
    setCookie(c, sessionCookie, sign(customer.email), { httpOnly: true, sameSite: 'Lax', path: '/' });
    return c.json({ name: customer.name });
  });
  app.get('/v1/me', (c) => {
    const token = Buffer.from((c.req.header('authorization') ?? '').replace(/^Bearer /, ''));
    const wanted = Buffer.from(sign(customer.email));
    const known = token.length === wanted.length && timingSafeEqual(token, wanted);
    return known ? c.json(customer) : c.json({ error: 'unknown token' }, 401);
  });
  return app;
}
