import { http } from 'vedette';
import { shop, words } from '../_shop.ts';

/** The start page of every market shows products with prices in euros. */
export default http('shop/home', {
  url: ({ market }) => `${shop}/${market}`,
  variants: { market: ['de', 'fr', 'it'] },
  every: '15s',
  timeout: '5s',
  slow: '1500ms',
  severity: 'page',
  expect: ({ market }) => ({
    header: { 'content-type': /^text\/html/ },
    body: { contains: [words[market].milk, '€'], not: '$' },
  }),
});
