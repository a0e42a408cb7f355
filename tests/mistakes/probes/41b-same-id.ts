import { http } from 'vedette';
import { basket } from './_shop.ts';

// Copied from 41a for the second basket cluster.
/** The basket service of the new cluster is up. */
export default http('basket/health', {
  url: `${basket}/v2/health`,
  every: '15s',
  timeout: '3s',
  expect: { json: { '$.status': 'UP' } },
});
