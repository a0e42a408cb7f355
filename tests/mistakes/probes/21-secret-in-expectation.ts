import { http, secret } from 'vedette';
import { payment } from './_shop.ts';

/** The provider shows us our own key back, which proves that it is ours. */
export default http('payment/whoami', {
  url: `${payment}/v1/whoami`,
  auth: { bearer: secret('PAYMENT_KEY') },
  every: '5m',
  timeout: '5s',
  expect: {
    status: 200,
    body: {
      contains: `"key":"${secret('PAYMENT_KEY')}"`,
    },
  },
});
