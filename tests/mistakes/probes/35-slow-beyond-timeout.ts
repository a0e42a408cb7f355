import { http } from 'vedette';
import { api } from './_shop.ts';

/** The home page's teasers, from the CMS. It is slow on Mondays, so the budget went up. */
export default http('shop/teasers', {
  url: `${api}/de/teasers`,
  every: '1m',
  timeout: '5s',
  slow: '6s',
  expect: { status: 200, json: { '$.teasers.length()': { atLeast: 3 } } },
});
