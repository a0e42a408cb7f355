import dayjs from 'dayjs';
import { http } from 'vedette';
import { erp } from './_shop.ts';

/** Yesterday's invoices are there. */
const yesterday = dayjs().subtract(1, 'day').format('YYYY-MM-DD');

export default http('erp/invoices', {
  url: `${erp}/public/invoices/count`,
  query: { day: yesterday },
  every: '1h',
  timeout: '20s',
  severity: 'ticket',
  expect: { json: { '$.count': { atLeast: 1 } } },
});
