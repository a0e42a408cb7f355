import { http } from 'vedette';
import { tax } from './_shop.ts';

/** The rate on books, which every country changes now and then. */
const books: Record<string, number> = { de: 7, fr: 5.5 };

export default http('tax/books', {
  url: ({ market }) => `${tax}/v2/rates/${market}/books`,
  variants: { market: ['de', 'fr', 'it'] },
  every: '5m',
  timeout: '5s',
  expect: ({ market }) => ({
    status: 200,
    json: {
      '$.percent': books[market],
    },
  }),
});
