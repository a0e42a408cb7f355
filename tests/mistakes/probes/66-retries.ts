import { http } from 'vedette';
import { identity } from './_shop.ts';

/** Passwords can be reset. Flaky since the update, so it tries again. */
export default http('identity/reset', {
  url: `${identity}/v1/reset`,
  form: { email: 'nobody@example.com' },
  every: '5m',
  timeout: '8s',
  retries: 2,
  severity: 'ticket',
  expect: { status: 202 },
});
