import { http } from 'vedette';
import { api } from './_shop.ts';

/** Delivery slots are offered for tomorrow. */
export default http('carrier/slots', {
  url: `${api}/${market}/delivery/slots`,
  query: { zip: '60311', days: 1 },
  variants: { market: ['de', 'fr'] },
  every: '1m',
  timeout: '8s',
  slow: '2s',
  dependsOn: ['shop'],
  expect: { json: { '$.slots.length()': { atLeast: 1 } } },
});
