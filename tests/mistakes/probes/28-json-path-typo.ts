import { http } from 'vedette';
import { tax } from './_shop.ts';

/** The tax service knows the rate on food. */
export default http('tax/food', {
  url: `${tax}/v2/rates`,
  query: { country: 'DE', class: 'food' },
  every: '1m',
  timeout: '5s',
  slow: '1s',
  expect: {
    status: 200,
    json: {
      '$.rates.length()': 1,
      'rates[0].percent': 7,
    },
  },
});
