import { api } from './_shop.ts';

/** Prices are there and are no zeros. Copied from the uptime checks of 2023. */
const headers = { accept: 'application/json', 'x-channel': 'web' };

export default {
  id: 'shop/prices',
  url: `${api}/de/prices?sku=milk`,
  headers,
  every: '30s',
  timeout: '5s',
  expect: {
    status: 200,
    json: { '$.cents': { atLeast: 1 }, '$.currency': 'EUR' },
  },
};
