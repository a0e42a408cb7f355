import { http } from 'vedette';
import { api } from './_shop.ts';

/** Stock levels are fresh. */
export default http('shop/stock', {
  url: `${api}/de/stock/milk`,
  every: '30s',
  timeout: 5000,
  slow: '1s',
  expect: { status: 200, json: { '$.quantity': { atLeast: 1 } } },
});
