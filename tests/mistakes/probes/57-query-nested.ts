import { http } from 'vedette';
import { api } from './_shop.ts';

/** Price filters work: nothing over ten euros. */
export default http('search/price-filter', {
  url: `${api}/de/search`,
  query: {
    q: 'milk',
    price: { from: 0, to: 10 },
  },
  every: '1m',
  timeout: '5s',
  slow: '900ms',
  expect: { json: { '$.items[?@.cents > 1000]': { exists: false } } },
});
