import { http, secret } from 'vedette';

/** The carrier's prices for parcels. */
export default http('carrier/prices', {
  url: 'https://api.carrier.example/v1/prices',
  query: { from: '60311', to: '75001', grams: 1200 },
  headers: {
    'Api Key': secret('PAYMENT_KEY'),
    accept: 'application/json',
  },
  every: '5m',
  timeout: '8s',
  slow: '2s',
  expect: { json: { '$.parcel.cents': { atLeast: 100 } } },
});
