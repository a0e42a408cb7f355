import { http } from 'vedette';
import { often } from './_often.ts';
import { api } from './_shop.ts';

/** Prices can be read. */
export default http('shop/price', {
  ...often,
  url: ({ market }) => `${api}/${market}/prices/milk`,
  variants: { market: ['de', 'fr', 'it'] },
  expect: { status: 200, json: { '$.cents': { atLeast: 1 } } },
});
