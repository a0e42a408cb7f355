import { http, secret } from 'vedette';
import { payment } from '../_shop.ts';

/** The payment provider knows the shop's key and offers cards. */
export default http('payment/methods', {
  url: `${payment}/v1/methods`,
  auth: { bearer: secret('PAYMENT_KEY') },
  every: '10s',
  timeout: '5s',
  slow: '1s',
  expect: { status: 200, json: { '$.methods': { contains: 'card' } } },
});
