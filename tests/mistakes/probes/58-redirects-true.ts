import { http } from 'vedette';

/** The old address still leads to the shop. */
export default http('shop/old-address', {
  url: 'http://www.shop.example/',
  redirects: true,
  every: '10m',
  timeout: '8s',
  severity: 'ticket',
  expect: { status: 200, body: { contains: 'Shop' } },
});
