import { http } from 'vedette';
import { erp } from './_shop.ts';

/** The price run of the night is done before the shop opens. */
export default http('erp/price-run', {
  url: `${erp}/public/price-run/latest`,
  cron: '0 */10 4-6 * * *',
  timezone: 'Europe/Berlin',
  timeout: '10s',
  severity: 'page',
  expect: { json: { '$.state': 'done' } },
});
