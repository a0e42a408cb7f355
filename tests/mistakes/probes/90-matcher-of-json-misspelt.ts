import { http } from 'vedette';
import { api } from './_shop.ts';

/** Bestsellers are computed every night; fewer than twenty means that the job failed. */
export default http('search/bestsellers', {
  url: `${api}/de/bestsellers`,
  every: '10m',
  timeout: '5s',
  severity: 'ticket',
  expect: {
    json: {
      '$.items.length()': { min: 20 },
    },
  },
});
