import { http } from 'vedette';
import { identity } from './_shops.ts';

/** Discovery document of the identity provider. */
export default http('identity/discovery', {
  url: `${identity}/.well-known/openid-configuration`,
  every: '1m',
  timeout: '5s',
  expect: {
    json: {
      '$.issuer': identity,
      '$.scopes_supported': { contains: 'openid' },
    },
  },
});
