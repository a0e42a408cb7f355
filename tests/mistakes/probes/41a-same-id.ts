import { http } from 'vedette';
import { basket } from './_shop.ts';

/** The basket service is up. */
export default http('basket/health', {
  url: `${basket}/health`,
  every: '15s',
  timeout: '3s',
  expect: { json: { '$.status': 'UP' } },
});
