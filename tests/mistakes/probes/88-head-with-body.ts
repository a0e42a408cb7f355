import { http } from 'vedette';
import { shop } from './_shop.ts';

/** The price list for the comparison portals is there and is no empty file. */
export default http('shop/price-list', {
  url: `${shop}/feeds/prices.csv`,
  method: 'HEAD',
  every: '30m',
  timeout: '20s',
  severity: 'ticket',
  expect: {
    header: { 'content-type': /csv/ },
    body: { contains: 'sku;cents' },
  },
});
