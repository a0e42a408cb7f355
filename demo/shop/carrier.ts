/**
 * The carrier, an external system: what delivery costs.
 */
import { Hono } from 'hono';
import { isMarket, type Market } from './markets.ts';

/** Euro cents. */
const deliveryCents: Readonly<Record<Market, number>> = { de: 390, fr: 450, it: 490 };

/** What the shop charges while the carrier does not answer, euro cents. */
export const standardDeliveryCents = 490;

/** `GET /v1/rates?country=DE`: the price of a delivery. */
export function carrierApp(): Hono {
  const app = new Hono();
  app.get('/v1/rates', (c) => {
    const country = (c.req.query('country') ?? '').toLowerCase();
    if (!isMarket(country)) return c.json({ error: `no delivery to "${country}"` }, 404);
    return c.json({ country: country.toUpperCase(), rates: [{ service: 'next-day', cents: deliveryCents[country] }] });
  });
  return app;
}
