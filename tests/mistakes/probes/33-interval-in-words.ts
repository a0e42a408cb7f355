import { http } from 'vedette';
import { shop } from './_shop.ts';

/** The sitemap lists the products; search engines read it hourly. */
export default http('shop/sitemap', {
  url: ({ market }) => `${shop}/${market}/sitemap.xml`,
  variants: { market: ['de', 'fr', 'it'] },
  every: '30 minutes',
  timeout: '20s',
  severity: 'info',
  expect: { header: { 'content-type': /xml/ }, body: { contains: '<loc>' } },
});
