import { http } from 'vedette';
import { payment } from './_shop.ts';

/** Pay later: the partner's terms are there. */
export default http(
  'payments/pay-later',
  {
    url: `${payment}/v1/pay-later/terms`,
    every: '5m',
    timeout: '8s',
    slow: '2s',
    expect: { status: 200, header: { 'content-type': /pdf/ } },
  },
);
