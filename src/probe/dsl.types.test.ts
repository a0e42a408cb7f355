/**
 * What an editor tells who writes a probe. The compiler is the judge: every `@ts-expect-error` must be an error.
 */
import { expect as assert, test } from 'vitest';
import { type DefineHeartbeat, heartbeat } from './heartbeat.ts';
import { type DefineHttp, http } from './http.ts';
import { type DefineJourney, journey } from './journey.ts';
import { landscape } from './landscape.ts';
import type { Names, NamesOf } from './register.ts';
import { secret } from './secret.ts';

const shop = landscape({
  project: 'shop',
  teams: { storefront: { label: 'Storefront' } },
  systems: {
    shop: { owner: 'storefront', dependsOn: ['payment'] },
    payment: { owner: 'storefront', external: true },
  },
  vantages: { fra: { country: 'DE', network: 'one' }, par: { country: 'FR', network: 'two' } },
  secrets: { SHOP_PASSWORD: 'signs the test customer in' },
});

// The names of this project, and of one that registers none, whatever landscape the compiler sees elsewhere.
const typed = {
  http: http as DefineHttp<NamesOf<{ landscape: typeof shop }>>,
  journey: journey as DefineJourney<NamesOf<{ landscape: typeof shop }>>,
  heartbeat: heartbeat as DefineHeartbeat<NamesOf<{ landscape: typeof shop }>>,
};
const open = {
  http: http as unknown as DefineHttp<NamesOf<object>>,
  journey: journey as unknown as DefineJourney<Names>,
};

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_equal: Equal<A, B>): void {}

function misspeltOptions() {
  open.http('shop/up', { url: 'https://shop.example', every: '30s', from: ['anywhere'], dependsOn: ['anything'] });
  // @ts-expect-error: timout
  open.http('shop/up', { url: 'https://shop.example', every: '30s', timout: '5s' });
  // @ts-expect-error: no url
  open.http('shop/up', { every: '30s' });
  // @ts-expect-error: neither every nor cron
  open.http('shop/up', { url: 'https://shop.example' });
  // @ts-expect-error: both every and cron
  open.http('shop/up', { url: 'https://shop.example', every: '1m', cron: '* * * * *' });
  // @ts-expect-error: a time zone without cron
  open.http('shop/up', { url: 'https://shop.example', every: '1m', timezone: 'Europe/Berlin' });
  // @ts-expect-error: an option of a later version
  open.http('shop/up', { url: 'https://shop.example', every: '1m', alert: {} });
  // @ts-expect-error: an id without a system
  open.http('up', { url: 'https://shop.example', every: '30s' });
  // @ts-expect-error: a journey has no url
  open.journey('shop/up', { url: 'https://shop.example', every: '30s' }, () => undefined);
  // @ts-expect-error: a heartbeat has no vantages
  typed.heartbeat('shop/export', { every: '24h', grace: '30m', from: ['fra'] });
  // @ts-expect-error: json and form
  open.http('shop/up', { url: 'https://shop.example', every: '30s', json: {}, form: {} });
}

function wrongDurations() {
  open.http('shop/up', { url: 'https://shop.example', every: '1.5h', timeout: '800ms', slow: '0.5s' });
  // @ts-expect-error: a space
  open.http('shop/up', { url: 'https://shop.example', every: '5 s' });
  // @ts-expect-error: no unit
  open.http('shop/up', { url: 'https://shop.example', every: '5' });
  // @ts-expect-error: a number
  open.http('shop/up', { url: 'https://shop.example', every: 5 });
  // @ts-expect-error: a unit that there is not
  open.http('shop/up', { url: 'https://shop.example', every: '5min' });
}

function wrongMatchers() {
  const base = { url: 'https://shop.example', every: '30s' } as const;
  open.http('shop/up', {
    ...base,
    expect: {
      status: ['2xx', 304],
      header: { 'content-type': /json/, etag: 'abc', server: { not: 'apache' } },
      body: { contains: ['milk', 'bread'], not: { matches: /sold out/i } },
      json: { '$.items.length()': { atLeast: 1 }, '$.currency': 'EUR', '$.id': /^\d+$/, '$.stock': { exists: true } },
      certificateDays: 14,
    },
  });
  // @ts-expect-error: atleast
  open.http('shop/up', { ...base, expect: { json: { '$.a': { atleast: 1 } } } });
  // @ts-expect-error: a class of statuses that there is not
  open.http('shop/up', { ...base, expect: { status: '6xx' } });
  // @ts-expect-error: a text is compared with a number
  open.http('shop/up', { ...base, expect: { header: { age: { contains: 5 } } } });
  // @ts-expect-error: a body is not compared as a whole
  open.http('shop/up', { ...base, expect: { body: { equals: 'milk' } } });
}

function variants() {
  open.http('shop/catalog', {
    url: ({ market, device }) => {
      same<typeof market, 'de' | 'fr'>(true);
      same<typeof device, 'app' | 'web'>(true);
      // @ts-expect-error: no such market
      return market === 'xx' ? '' : `https://shop.example/${market}/${device}`;
    },
    headers: ({ market }) => ({ 'accept-language': market, authorization: `Token ${secret('T' as never)}` }),
    json: ({ market }) => ({ market, list: [1, null, { deep: true }] }),
    expect: ({ market }) => ({ json: { '$.currency': market === 'de' ? 'EUR' : 'CHF' } }),
    variants: { market: ['de', 'fr'], device: ['app', 'web'] },
    every: '30s',
  });
  // @ts-expect-error: nothing to vary by that name
  open.http('shop/catalog', { url: ({ country }) => country, variants: { market: ['de'] }, every: '30s' });
  // @ts-expect-error: a probe without variants has no values
  open.http('shop/catalog', { url: ({ market }) => market, every: '30s' });
  // @ts-expect-error: a list of texts
  open.http('shop/catalog', { url: '', variants: { market: 'de' }, every: '30s' });
}

function scripts() {
  typed.journey(
    'shop/checkout',
    { variants: { market: ['de', 'fr'] }, every: '5m', vitals: { lcp: '2.5s', cls: 0.1 }, secrets: ['SHOP_PASSWORD'] },
    async ({ page, context, request, step, market, secret: value, cleanup }) => {
      same<typeof market, 'de' | 'fr'>(true);
      const title = await step('open the shop', () => page.title());
      same<typeof title, string>(true);
      await page.fill('#password', value('SHOP_PASSWORD'));
      cleanup(() => request.delete('/orders/1'));
      await context.clearCookies();
      // @ts-expect-error: not among its secrets
      value('OTHER');
      // @ts-expect-error: no such market
      if (market === 'xx') return;
      // @ts-expect-error: a reference is no value
      await page.fill('#password', secret('SHOP_PASSWORD' as never));
    },
  );
  // @ts-expect-error: it declares no secret
  open.journey('shop/up', { every: '5m' }, ({ secret: value }) => value('SHOP_PASSWORD'));
  // @ts-expect-error: the landscape declares no such secret
  typed.journey('shop/up', { every: '5m', secrets: ['OTHER'] }, () => undefined);
  // @ts-expect-error: nothing to vary
  open.journey('shop/up', { every: '5m' }, ({ market }) => market);
}

function namesOfTheLandscape() {
  const base = { url: 'https://shop.example', every: '30s' } as const;
  typed.http('shop/up', { ...base, from: ['fra'], dependsOn: ['payment'] });
  // @ts-expect-error: no such vantage
  typed.http('shop/up', { ...base, from: ['lon'] });
  // @ts-expect-error: no such system
  typed.http('shop/up', { ...base, dependsOn: ['paymnt'] });
  // @ts-expect-error: no such system
  typed.http('shp/up', base);
  // @ts-expect-error: no such system
  typed.heartbeat('erp/export', { every: '24h', grace: '30m' });
  const rest = { project: 'p', vantages: { fra: { country: 'DE', network: 'one' } } } as const;
  // @ts-expect-error: no such team
  landscape({ ...rest, teams: { a: {} }, systems: { shop: { owner: 'b' } } });
  // @ts-expect-error: no such system
  landscape({ ...rest, teams: { a: {} }, systems: { shop: { owner: 'a', dependsOn: ['payment'] } } });
  // @ts-expect-error: an option of a later version
  landscape({ ...rest, teams: { a: {} }, systems: { shop: { owner: 'a', inside: 'up' } } });
}

test('the compiler has read what an editor must refuse', () => {
  assert([misspeltOptions, wrongDurations, wrongMatchers, variants, scripts, namesOfTheLandscape]).toHaveLength(6);
});

test('what the editor accepts is what these functions return: frozen definitions', () => {
  const script = () => undefined;
  const made = open.journey('shop/up', { every: '5m' }, script);
  assert(made).toMatchObject({ vedette: 'journey', id: 'shop/up', options: { every: '5m' }, script });
  assert(Object.isFrozen(made)).toBe(true);
  assert(shop).toMatchObject({ vedette: 'landscape', options: { project: 'shop' } });
});
