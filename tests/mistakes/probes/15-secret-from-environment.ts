import { http } from 'vedette';
import { payment } from './_shop.ts';

/** The payment provider knows our key and offers cards. */
export default http('payment/methods', {
  url: `${payment}/v1/methods`,
  headers: {
    accept: 'application/json',
    authorization: `Bearer ${process.env.PAYMENT_KEY}`,
  },
  every: '30s',
  timeout: '5s',
  slow: '1s',
  expect: { status: 200, json: { '$.methods': { contains: 'card' } } },
});
