import { http } from 'vedette';
import { api } from './_shop.ts';

/** Campaign banners, as a browser of a returning customer asks for them. */
export default http('shop/banners', {
  url: `${api}/de/banners`,
  headers: {
    accept: 'application/json',
    cookie: `consent=all; segment=returning;
      experiment=none`,
  },
  every: '5m',
  timeout: '5s',
  severity: 'ticket',
  expect: { json: { '$.banners': { exists: true } } },
});
