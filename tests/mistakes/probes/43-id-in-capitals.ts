import { http } from 'vedette';
import { basket } from './_shop.ts';

/** An empty basket is made for every visitor. */
export default http('basket/createBasket', {
  url: `${basket}/baskets`,
  method: 'POST',
  json: { market: 'de', channel: 'web' },
  every: '1m',
  timeout: '5s',
  slow: '600ms',
  expect: { status: 201, json: { '$.id': /^[0-9a-f-]{36}$/ } },
});
