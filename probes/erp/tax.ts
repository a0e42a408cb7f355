import { http } from 'vedette';
import { hosts } from '../_shop.ts';

const rates = { de: 0.07, fr: 0.055, it: 0.04 };

/** The ERP knows the tax on food in every market. */
export default http('erp/tax', {
  url: `http://${hosts.erp}/v1/tax`,
  json: ({ market }) => ({ market, grossCents: 1_000 }),
  variants: { market: ['de', 'fr', 'it'] },
  from: ['fra'],
  every: '15s',
  timeout: '5s',
  slow: '1s',
  severity: 'ticket',
  expect: ({ market }) => ({ json: { '$.rate': rates[market] } }),
});
