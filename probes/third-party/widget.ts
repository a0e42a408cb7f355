import { http } from 'vedette';
import { hosts } from '../_shop.ts';

/** The reviews script arrives, and is a script. */
export default http('third-party/widget', {
  url: `http://${hosts.thirdParty}/widget.js`,
  from: ['par', 'outside'],
  every: '15s',
  timeout: '5s',
  slow: '1s',
  severity: 'ticket',
  expect: { header: { 'content-type': /javascript/ }, body: { contains: 'data-reviews' } },
});
