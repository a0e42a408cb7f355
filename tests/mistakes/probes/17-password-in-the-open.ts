import { http } from 'vedette';
import { erp } from './_shop.ts';

/** The ERP answers with the stock of milk. Basic auth, the user has read rights only. */
export default http('erp/stock', {
  url: `${erp}/api/stock/milk`,
  auth: {
    basic: {
      username: 'monitoring',
      password: 'Sommer2024!',
    },
  },
  every: '1m',
  timeout: '10s',
  slow: '3s',
  expect: { status: 200, json: { '$.quantity': { atLeast: 0 } } },
});
