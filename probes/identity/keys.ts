import { http } from 'vedette';
import { identity } from '../_shop.ts';

/** The identity provider publishes the keys with which it signs. */
export default http('identity/keys', {
  url: `${identity}/.well-known/keys.json`,
  from: ['fra', 'par'],
  every: '15s',
  timeout: '5s',
  expect: { status: 200, json: { '$.keys.length()': { atLeast: 1 } } },
});
