import { http } from 'vedette';
import { erp } from './_shop.ts';

/** Goods in: the hand scanners' API. */
export default http('erp/scanners', {
  url: `${erp}/public/scanners/health`,
  from: ['fra'],
  every: '1m',
  timeout: '5s',
  runbook: 'Confluence: ERP / Scanners',
  expect: { status: 204 },
});
