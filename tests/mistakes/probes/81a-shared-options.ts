import { http } from 'vedette';
import { often } from './_often.ts';
import { basket } from './_shop.ts';

/** Baskets can be read. */
export default http('basket/read', {
  ...often,
  url: `${basket}/baskets/test`,
  slow: '500ms',
  expect: { status: 200, json: { '$.lines': { exists: true } } },
});
