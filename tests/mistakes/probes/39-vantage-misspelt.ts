import { http } from 'vedette';
import { shop } from './_shop.ts';

/** Images of the front page are served close to our customers. */
export default http('shop/images', {
  url: `${shop}/img/front/hero.avif`,
  method: 'HEAD',
  from: ['fra', 'pra', 'mil'],
  every: '1m',
  timeout: '4s',
  slow: '300ms',
  expect: { status: 200, header: { 'content-type': 'image/avif' } },
});
