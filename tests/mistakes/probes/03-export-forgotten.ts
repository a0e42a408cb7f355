import { http } from 'vedette';
import { api } from './_shop.ts';

/** The catalogue sells something in every market, in its currency. */
const catalog = http('shop/catalog', {
  url: ({ market }) => `${api}/${market}/products`,
  query: { page: 1, size: 20 },
  variants: { market: ['de', 'fr', 'it'] },
  every: '30s',
  timeout: '5s',
  slow: '800ms',
  expect: {
    status: 200,
    header: { 'content-type': /json/ },
    json: { '$.items.length()': { atLeast: 10 }, '$.items[0].currency': 'EUR' },
  },
});
