import { http } from 'vedette';

/** The search cluster finds milk by its fields. */
export default http('search/query', {
  method: 'GET',
  url: 'https://search.shop.example/products/_search',
  json: {
    size: 1,
    query: { match: { name: 'milk' } },
  },
  every: '30s',
  timeout: '3s',
  slow: '400ms',
  expect: { json: { '$.hits.total.value': { atLeast: 1 } } },
});
