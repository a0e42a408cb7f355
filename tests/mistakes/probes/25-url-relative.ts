import { http } from 'vedette';

/** Categories are listed. The host comes from the settings, as in our Cypress tests. */
export default http('shop/categories', {
  url: '/de/api/categories',
  query: { depth: 2 },
  every: '1m',
  timeout: '5s',
  slow: '700ms',
  expect: {
    status: 200,
    json: { '$.categories.length()': { atLeast: 5 } },
  },
});
