import { http } from 'vedette';
import { payment } from './_shop.ts';

/** Currencies that the provider settles: exactly these, in this order. */
export default http('payment/currencies', {
  url: `${payment}/v1/currencies`,
  every: '10m',
  timeout: '5s',
  severity: 'ticket',
  expect: {
    json: {
      '$.version': 3,
      '$.currencies': ['EUR', 'CHF'],
    },
  },
});
