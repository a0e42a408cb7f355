/**
 * The pages of the shop, each in its market's words.
 */
import { html } from 'hono/html';
import type { Item } from '../catalog.ts';
import { formatPrice } from '../markets.ts';
import { layout, type Markup, type PageContext } from './layout.ts';

/** One product as a card with its button. */
function card({ market, text }: PageContext, item: Item): Markup {
  return html`<article class="product">
    <img src="/pictures/${item.sku}.svg" alt="" width="128" height="96" loading="lazy">
    <h3>${item.name}</h3>
    <p class="unit">${item.unit}</p>
    <p class="price">${formatPrice(market, item.cents, item.currency)}</p>
    <button data-add="${item.sku}">${text.add}<span class="hidden"> ${item.name}</span></button>
  </article>`;
}

/** The start page: what the shop is, and all it sells. */
export function homePage(context: PageContext, items: readonly Item[]): Markup {
  const { text } = context;
  return layout(
    context,
    text.tagline,
    html`<section class="hero"><h1>${text.tagline}</h1><p>${text.lead}</p></section>
<h2>${text.all}</h2>
<div class="products">${items.map((item) => card(context, item))}</div>`,
  );
}

/** What a market shows that lost its products: an apology, politely, with status 200. */
export function sorryPage(context: PageContext): Markup {
  return layout(context, 'Halm', html`<section class="hero"><h1>${context.text.sorry}</h1></section>`);
}

/** The basket; the browser fills it from its own storage. */
export function basketPage(context: PageContext, items: readonly Item[]): Markup {
  const { market, text } = context;
  return layout(
    context,
    text.basket,
    html`<section class="panel"><h1>${text.basket}</h1>
<p id="basket-empty" hidden>${text.empty}</p>
<table id="basket-lines"><tbody></tbody></table>
<a class="button" id="to-checkout" href="/${market}/checkout" hidden>${text.toCheckout}</a></section>`,
    { items },
  );
}

/** Sign-in; the browser asks the identity provider by itself. */
export function signInPage(context: PageContext): Markup {
  const { text } = context;
  return layout(
    context,
    text.signIn,
    html`<section class="panel narrow"><h1>${text.signIn}</h1>
<form id="sign-in">
  <label>${text.email}<input name="email" type="email" autocomplete="username" required></label>
  <label>${text.password}<input name="password" type="password" autocomplete="current-password" required></label>
  <button class="button">${text.signIn}</button>
  <p class="notice" id="sign-in-notice" role="alert" hidden></p>
</form></section>`,
  );
}

/**
 * Checkout. With `paymentKey` undefined the page's script finds no key, throws, and never listens to the button.
 */
export function checkoutPage(context: PageContext, items: readonly Item[], paymentKey: string | undefined): Markup {
  const { text } = context;
  return layout(
    context,
    text.checkout,
    html`<section class="panel narrow" id="checkout"><h1>${text.checkout}</h1>
<form id="checkout-form" novalidate>
  <label>${text.name}<input name="name" autocomplete="name" required></label>
  <label>${text.street}<input name="street" autocomplete="street-address" required></label>
  <label>${text.card}<input name="card" inputmode="numeric" autocomplete="cc-number" placeholder="4242 4242 4242 4242" required></label>
  <dl class="sums">
    <dt>${text.delivery}</dt><dd id="delivery">…</dd>
    <dt>${text.tax}</dt><dd id="tax">…</dd>
    <dt class="total">${text.total}</dt><dd class="total" id="total">…</dd>
  </dl>
  <button class="button" id="pay" type="button">${text.pay}</button>
  <p class="notice" id="outcome" role="alert" hidden></p>
</form></section>
<section class="panel narrow" id="thanks" hidden><h1>${text.thanks}</h1><p>${text.order} <strong id="order"></strong></p></section>`,
    { items, ...(paymentKey === undefined ? {} : { payment: { key: paymentKey } }) },
  );
}

/** What the shop shows when it failed and knows it. */
export function errorPage(status: number): Markup {
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${String(status)}</title>
<link rel="stylesheet" href="/style.css"></head><body><main><section class="hero"><h1>Internal server error</h1>
<p>Error ${String(status)}</p></section></main></body></html>`;
}
