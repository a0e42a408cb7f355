/**
 * The storefront: server-rendered pages in three markets, and what the browser needs for them.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Hono } from 'hono';
import type { Switches } from '../faults.ts';
import { call } from './call.ts';
import { catalogAnswer, type Item } from './catalog.ts';
import { isMarket, type Market, markets } from './markets.ts';
import type { Markup, PageContext } from './pages/layout.ts';
import { basketPage, checkoutPage, errorPage, homePage, signInPage, sorryPage } from './pages/pages.ts';
import { products } from './products.ts';

/** How long the storefront waits for the catalogue, milliseconds. */
const catalogMsMax = 3_000;
/** How long requests queue in front of a slow shop, milliseconds. */
export const queueMs = 2_000;

/** Origins of the systems that the storefront and its pages call. */
export interface StorefrontCalls {
  readonly catalog: string;
  readonly search: string;
  readonly orders: string;
  readonly payment: string;
  readonly identity: string;
  readonly thirdParty: string;
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#2f6b3a"/>
<path d="M16 27V10" stroke="#f4e2a1" stroke-width="2.5" stroke-linecap="round"/><path fill="#f4e2a1" d="M16 13c-5 0-7-3-7-8 5 0 7 3 7 8zM16 13c5 0 7-3 7-8-5 0-7 3-7 8zM16 21c-5 0-7-3-7-8 5 0 7 3 7 8zM16 21c5 0 7-3 7-8-5 0-7 3-7 8z"/></svg>`;

/** The files that a page loads: script, style, icon and pictures. */
function assets(): Hono {
  const read = (name: string) => readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
  const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/shop.js': ['text/javascript', read('shop.js')],
    '/style.css': ['text/css', read('style.css')],
    '/icon.svg': ['image/svg+xml', icon],
    ...Object.fromEntries(
      products.map(({ sku, tint, picture }) => [
        `/pictures/${sku}.svg`,
        [
          'image/svg+xml',
          `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 96"><rect width="128" height="96" fill="${tint}"/><g transform="translate(16)">${picture}</g></svg>`,
        ],
      ]),
    ),
  };
  const app = new Hono();
  for (const [path, [type, body]] of Object.entries(files)) {
    app.get(path, (c) =>
      c.body(body, 200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'max-age=60' }),
    );
  }
  return app;
}

/** What is wrong with the whole storefront while a plain fault is on. */
function plainFaults(switches: Switches): Hono {
  const app = new Hono();
  app.use('/:market/*', async (c, next) => {
    if (switches.on('errors-500')) return c.html(errorPage(500), 500);
    if (switches.on('redirect-loop')) {
      const market = c.req.param('market');
      return c.redirect(c.req.path === `/${market}` ? `/${market}/start` : `/${market}`);
    }
    return next();
  });
  return app;
}

/** The storefront's pages. */
export function storefrontApp(switches: Switches, calls: StorefrontCalls): Hono {
  const contextOf = (market: Market): PageContext => ({
    market,
    text: markets[market].text,
    hosts: { search: calls.search, orders: calls.orders, payment: calls.payment, identity: calls.identity },
    widget: `${calls.thirdParty}/widget.js`,
  });
  const itemsOf = async (market: Market): Promise<readonly Item[] | undefined> => {
    const answer = catalogAnswer.safeParse(
      (await call(`${calls.catalog}/products?market=${market}`, { timeoutMs: catalogMsMax })).body,
    );
    return answer.success ? answer.data.items : undefined;
  };
  const pages: Readonly<Record<string, (context: PageContext, items: readonly Item[]) => Markup>> = {
    '': homePage,
    basket: basketPage,
    'sign-in': signInPage,
    checkout: (context, items) => checkoutPage(context, items, switches.on('pay-button-dead') ? undefined : 'pk_demo'),
  };
  const app = new Hono();
  app.get('/', (c) => c.redirect('/de'));
  app.route('/', assets());
  app.route('/', plainFaults(switches));
  app.get('/:market/:page?', async (c) => {
    const { market, page = '' } = c.req.param();
    const render = pages[page];
    if (!isMarket(market) || render === undefined) return c.html(errorPage(404), 404);
    const context = contextOf(market);
    if (market === 'it' && switches.on('one-market-broken')) return c.html(sorryPage(context));
    const items = await itemsOf(market);
    return items === undefined ? c.html(errorPage(502), 502) : c.html(render(context, items));
  });
  return app;
}

/** The queue in front of the storefront: pages wait in it while the shop is slow. */
export function storefrontQueue(switches: Switches) {
  return async (path: string): Promise<void> => {
    if (switches.on('shop-slow') && isMarket(path.split('/')[1] ?? '')) await delay(queueMs);
  };
}
