import { http } from 'vedette';
import { identity } from './_shop.ts';

/** The keys with which the identity provider signs. */
export default http('identity/keys', {
  url: `${identity}/.well-known/jwks.json`,
  every: '1m',
  timeout: '5s',
  from: ['fra', 'par'],
  expect: {
    status: '200',
    json: { '$.keys.length()': { atLeast: 1 } },
  },
});
