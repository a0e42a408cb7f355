import { http } from 'vedette';
import { hosts, words } from '../_shop.ts';

/** The search API finds milk by its name in every market; 200 with nothing is a failure. */
export default http('search/query', {
  url: `http://${hosts.search}/search`,
  query: ({ market }) => ({ market, q: words[market].milk }),
  variants: { market: ['de', 'fr', 'it'] },
  from: ['fra', 'outside'],
  every: '15s',
  timeout: '5s',
  slow: '800ms',
  expect: { json: { '$.items.length()': { atLeast: 1 }, '$.items[0].sku': 'milk' } },
});
