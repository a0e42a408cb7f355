import { http } from 'vedette';
import { hosts } from '../_shop.ts';

/** The catalogue sells something in every market, in its currency. */
export default http('shop/catalog', {
  url: `http://${hosts.catalog}/products`,
  query: ({ market }) => ({ market }),
  variants: { market: ['de', 'fr', 'it'] },
  from: ['fra', 'outside'],
  every: '15s',
  timeout: '5s',
  slow: '800ms',
  expect: {
    status: 200,
    header: { 'content-type': /json/ },
    json: {
      '$.items.length()': { atLeast: 10 },
      '$.items[0].currency': 'EUR',
      '$.items[0].cents': { atLeast: 1 },
    },
  },
});
