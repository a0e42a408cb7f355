import { http } from 'vedette';
import { payment } from './_shop.ts';

/** The provider's own status page says that all is well. */
export default http('payment/status-page', {
  url: `${payment}/status.json`,
  every: '1m',
  timeout: '5s',
  severity: 'critical',
  expect: { json: { '$.components[?@.status != "operational"]': { exists: false } } },
});
