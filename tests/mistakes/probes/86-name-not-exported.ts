import { http } from 'vedette';
import { cdn, shop } from './_shop.ts';

/** Fonts are served with a long cache time. */
export default http('shop/fonts', {
  url: `${cdn}/fonts/shop.woff2`,
  headers: { origin: shop },
  every: '10m',
  timeout: '5s',
  severity: 'info',
  expect: { header: { 'cache-control': /max-age=31536000/ } },
});
