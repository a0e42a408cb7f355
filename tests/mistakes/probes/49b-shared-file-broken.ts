import { http } from 'vedette';
import { rates } from './_rates.ts';
import { erp } from './_shop.ts';

/** So does the ERP. */
export default http('erp/tax', {
  url: `${erp}/public/tax`,
  json: ({ market }) => ({ market, grossCents: 1_000 }),
  variants: { market: ['de', 'fr', 'it'] },
  every: '5m',
  timeout: '5s',
  expect: ({ market }) => ({ json: { '$.rate': rates[market][0] ?? 0 } }),
});
