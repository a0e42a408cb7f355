/**
 * The frame of every page of the shop: head, header with search and basket, footer.
 */
import { html, raw } from 'hono/html';
import { type Market, markets, type Texts } from '../markets.ts';

/** What a page of the shop gets to know. */
export interface PageContext {
  readonly market: Market;
  readonly text: Texts;
  /** Where the browser finds the other systems. */
  readonly hosts: {
    readonly search: string;
    readonly orders: string;
    readonly payment: string;
    readonly identity: string;
  };
  /** The third party's script. */
  readonly widget: string;
}

/** A rendered part of a page. */
export type Markup = ReturnType<typeof html>;

/** JSON that may stand in a script element. */
function scriptJson(value: unknown): Markup {
  return raw(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

/** A page of the shop around `main`. `extra` is handed to the page's script. */
export function layout(context: PageContext, title: string, main: Markup, extra: object = {}): Markup {
  const { market, text } = context;
  const { locale, currency } = markets[market];
  return html`<!doctype html>
<html lang="${market}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Halm</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
<script src="${context.widget}"></script>
<script id="context" type="application/json">${scriptJson({ market, locale, currency, text, hosts: context.hosts, ...extra })}</script>
<script src="/shop.js" type="module"></script>
</head>
<body>
<header class="top">
  <a class="brand" href="/${market}"><img src="/icon.svg" alt="" width="28" height="28"> Halm</a>
  <form class="search" role="search" id="search">
    <input type="search" name="q" placeholder="${text.searchHint}" aria-label="${text.search}" autocomplete="off">
    <button>${text.search}</button>
  </form>
  <nav>
    <a href="/${market}/sign-in" id="account">${text.signIn}</a>
    <a href="/${market}/basket" class="basket">${text.basket} <span id="basket-count">0</span></a>
  </nav>
</header>
<section id="results" class="results" hidden aria-live="polite"></section>
<main>${main}</main>
<footer>
  <span>Halm · <span data-reviews></span></span>
  <span class="markets">${Object.entries(markets).map(
    ([name, { label }]) => html`<a href="/${name}" ${name === market ? raw('aria-current="true"') : ''}>${label}</a>`,
  )}</span>
</footer>
</body>
</html>`;
}
