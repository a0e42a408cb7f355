import { http } from 'vedette';
import { payment } from './_shop.ts';

/** The provider's certificate is good for two more weeks. */
export default http('payment/certificate', {
  url: `${payment}/`,
  every: '1h',
  timeout: '10s',
  redirects: 0,
  severity: 'ticket',
  expect: {
    status: ['2xx', '3xx'],
    certificateDays: '14d',
  },
});
