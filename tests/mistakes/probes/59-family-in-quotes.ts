import { http } from 'vedette';
import { shop } from './_shop.ts';

/** The shop over IPv6 alone: some mobile networks have nothing else. */
export default http('shop/ipv6', {
  url: shop,
  family: '6',
  from: ['par', 'mil'],
  every: '1m',
  timeout: '5s',
  slow: '1s',
  expect: { status: 200 },
});
