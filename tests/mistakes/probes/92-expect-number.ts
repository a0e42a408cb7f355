import { http } from 'vedette';
import { basket } from './_shop.ts';

/** A basket that there is not is a 404, not an error. */
export default http('basket/unknown', {
  url: `${basket}/baskets/no-such-basket`,
  every: '1m',
  timeout: '3s',
  slow: '300ms',
  expect: 404,
});
