import { http, secret } from 'vedette';
import { payment } from './_shop.ts';

/** A card gets a token: the first call of every payment. */
export default http('payment/token', {
  url: `${payment}/v1/tokens`,
  auth: { bearer: secret('PAYMENT_KEY') },
  headers: { 'idempotency-key': 'vedette' },
  json: { card: '4242424242424242', expires: '12/30' },
  body: JSON.stringify({ card: '4242424242424242' }),
  every: '1m',
  timeout: '5s',
  slow: '1s',
  expect: { status: 201, json: { '$.token': /^tok_/ } },
});
