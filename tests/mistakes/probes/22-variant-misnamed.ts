import { http } from 'vedette';
import { shop } from './_shop.ts';

/** Every market has its own imprint: the lawyers want to know when it is gone. */
export default http('shop/imprint', {
  variants: { market: ['de', 'fr', 'it'] },
  url: ({ country }) => `${shop}/${country}/imprint`,
  every: '15m',
  timeout: '5s',
  severity: 'ticket',
  expect: { status: 200, body: { contains: 'Shop GmbH' } },
});
