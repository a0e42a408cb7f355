import { createServer } from 'node:net';
import { http } from 'vedette';
import { api } from './_shop.ts';

/** Ask the feature switches first: the recommendations are off in some weeks. */
const switches = createServer().listen(0);
const enabled = await new Promise<boolean>((resolve) => switches.once('connection', () => resolve(true)));

export default http('search/recommendations', {
  url: `${api}/de/recommendations?for=milk`,
  every: enabled ? '1m' : '1h',
  timeout: '5s',
  expect: { json: { '$.items.length()': { atLeast: 1 } } },
});
