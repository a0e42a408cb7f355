import { http } from 'vedette';
import { hosts } from '../_shop.ts';

/** The carrier delivers to Germany by the next day. */
export default http('carrier/rates', {
  url: `http://${hosts.carrier}/v1/rates`,
  query: { country: 'DE' },
  from: ['par', 'outside'],
  every: '15s',
  timeout: '5s',
  severity: 'ticket',
  expect: { json: { '$.rates[?@.service == "next-day"].cents': { atLeast: 1 } } },
});
