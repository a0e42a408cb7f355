/**
 * The search API. With an empty index it answers as quickly as ever, and nothing of its own tells.
 */
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Switches } from '../faults.ts';
import { isMarket } from './markets.ts';
import { products } from './products.ts';

/** Longest query that is looked at, characters. */
const queryCharsMax = 100;

/** `GET /search?market=de&q=milch`: the products whose name holds the query. */
export function searchApp(switches: Switches): Hono {
  const app = new Hono();
  app.use(cors());
  app.get('/search', (c) => {
    const market = c.req.query('market') ?? '';
    if (!isMarket(market)) return c.json({ error: `no market "${market}"` }, 404);
    const query = (c.req.query('q') ?? '').slice(0, queryCharsMax).trim().toLocaleLowerCase();
    const index = switches.on('search-empty') ? [] : products;
    const items = index
      .filter((product) => product.name[market].toLocaleLowerCase().includes(query))
      .map(({ sku, name, cents }) => ({ sku, name: name[market], cents }));
    return c.json({ query, items });
  });
  return app;
}
