import { http } from 'vedette';
import { payment } from './_shop.ts';

/** Refunds are possible: the list of reasons is not empty. */
export default http('payment/refund-reasons', {
  url: `${payment}/v1/refunds/reasons`,
  query: { locale: 'de' },
  headers: {
    accept: 'application/json',
    Authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzaG9wIiwic2NvcGUiOiJyZWZ1bmRzIn0.0tFZb6y7Jh2mTqkXw4rS9A',
  },
  every: '5m',
  timeout: '5s',
  severity: 'ticket',
  expect: { json: { '$.reasons.length()': { atLeast: 1 } } },
});
