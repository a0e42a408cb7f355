/**
 * The catalogue API: what each market sells, at which price.
 */
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { z } from 'zod';
import type { Switches } from '../faults.ts';
import { isMarket, markets } from './markets.ts';
import { products } from './products.ts';

/** A product as the catalogue tells it. */
export const item = z.object({
  sku: z.string(),
  name: z.string(),
  unit: z.string(),
  cents: z.number(),
  currency: z.string(),
});
export type Item = z.infer<typeof item>;

/** The catalogue's answer. */
export const catalogAnswer = z.object({ items: z.array(item) });

/** `GET /products?market=de`: every product of a market. */
export function catalogApp(switches: Switches): Hono {
  const app = new Hono();
  app.use(cors());
  app.get('/products', (c) => {
    const market = c.req.query('market') ?? '';
    if (!isMarket(market))
      return c.json({ error: `no market "${market}"; there are ${Object.keys(markets).join(', ')}` }, 404);
    const currency = market === 'fr' && switches.on('wrong-currency') ? 'USD' : markets[market].currency;
    const items: Item[] = products.map(({ sku, name, unit, cents }) => ({
      sku,
      name: name[market],
      unit,
      cents,
      currency,
    }));
    return c.json({ market, items });
  });
  return app;
}
