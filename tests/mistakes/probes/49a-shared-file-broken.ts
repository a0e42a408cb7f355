import { http } from 'vedette';
import { food } from './_rates.ts';
import { tax } from './_shop.ts';

/** The tax service agrees with what we know. */
export default http('tax/rates', {
  url: ({ market }) => `${tax}/v2/rates/${market}/food`,
  variants: { market: ['de', 'fr', 'it'] },
  every: '5m',
  timeout: '5s',
  expect: ({ market }) => ({ json: { '$.rate': food(market) } }),
});
