import { http } from 'vedette';

/** Since the move each market has a host of its own; Italy is still on the old path. */
const hosts: Record<string, string> = {
  de: 'https://de.shop.example',
  fr: 'https://fr.shop.example',
  it: '/it',
};

export default http('shop/robots', {
  url: ({ market }) => `${hosts[market]}/robots.txt`,
  variants: { market: ['de', 'fr', 'it'] },
  every: '30m',
  timeout: '5s',
  severity: 'info',
  expect: { body: { contains: 'Sitemap:' } },
});
