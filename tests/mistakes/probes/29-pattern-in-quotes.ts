import { http } from 'vedette';
import { api } from './_shop.ts';

/** Reviews come as JSON; an HTML error page of the CDN also had status 200 once. */
export default http('shop/reviews', {
  url: `${api}/de/products/milk/reviews`,
  every: '1m',
  timeout: '5s',
  slow: '900ms',
  severity: 'ticket',
  expect: {
    status: 200,
    header: {
      'content-type': '/application\\/json/',
    },
    json: { '$.reviews': { exists: true } },
  },
});
