import { http } from 'vedette';

/** Suggestions appear while customers type. */
export default http('search/suggest', {
  url: 'https://search. shop.example/suggest?q=mil',
  every: '30s',
  timeout: '3s',
  slow: '250ms',
  from: ['fra', 'par', 'mil'],
  expect: { json: { '$[0].text': /milk/i } },
});
