import { http } from 'vedette';
import { shop } from './_shop.ts';

/** The outlet is open in Germany only, for now. */
export default http('shop/outlet', {
  url: ({ market }) => `${shop}/${market}/outlet`,
  variants: { market: 'de' },
  every: '5m',
  timeout: '8s',
  slow: '2s',
  expect: { body: { contains: 'Outlet' } },
});
