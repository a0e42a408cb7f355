import { http } from 'vedette';
import { api, type Market, words } from './_shop.ts';

const markets: Market[] = ['de', 'fr', 'it'];

function brandOf(market: string): string {
  const brands: Record<string, string> = { de: 'Bergbauer', fr: 'Prairie' };
  const brand = brands[market];
  if (brand === undefined) throw new Error(`no brand for market ${market}`);
  return brand;
}

/** Each market's own brand is found by its name. */
const brands = Object.fromEntries(markets.map((market) => [market, `${brandOf(market)} ${words[market].milk}`]));

export default http('search/own-brand', {
  url: ({ market }) => `${api}/${market}/search`,
  query: ({ market }) => ({ q: brands[market] ?? '' }),
  variants: { market: ['de', 'fr', 'it'] },
  every: '1m',
  timeout: '5s',
  expect: { json: { '$.items.length()': { atLeast: 1 } } },
});
