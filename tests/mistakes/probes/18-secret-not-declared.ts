import { http, secret } from 'vedette';
import { erp } from './_shop.ts';

/** The ERP takes orders: a dry run books nothing. */
export default http('erp/dry-run', {
  url: `${erp}/api/orders/dry-run`,
  method: 'POST',
  auth: { basic: { username: 'monitoring', password: secret('ERP_PASWORD') } },
  json: { lines: [{ sku: 'milk', quantity: 1 }], warehouse: 'FRA1' },
  every: '2m',
  timeout: '15s',
  slow: '5s',
  expect: { status: [200, 202], json: { '$.accepted': true } },
});
