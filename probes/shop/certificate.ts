import { http } from 'vedette';
import { authority, hosts } from '../_shop.ts';

/** The shop answers over https, with a certificate that is good for two more weeks. */
export default http('shop/certificate', {
  url: `https://${hosts.secureShop}/de`,
  tls: { ca: authority },
  from: ['fra', 'outside'],
  every: '15s',
  timeout: '5s',
  expect: { certificateDays: 14 },
});
