import { http } from 'vedette';
import { tax } from './_shop.ts';

/** VAT numbers are checked in office hours only, says the ministry. */
export default http('tax/vat-number', {
  url: `${tax}/v2/vat/DE123456789`,
  every: '5m',
  cron: '*/5 7-19 * * 1-5',
  timezone: 'Europe/Berlin',
  timeout: '20s',
  slow: '8s',
  severity: 'ticket',
  expect: { json: { '$.valid': true } },
});
