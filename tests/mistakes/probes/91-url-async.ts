import { http } from 'vedette';
import { api, shop } from './_shop.ts';

/** The newest article of the magazine: its address changes, so ask for it first. */
async function newest(market: string): Promise<string> {
  const answer = await fetch(`${api}/${market}/magazine/latest`);
  const { slug } = (await answer.json()) as { slug: string };
  return slug;
}

export default http('shop/magazine', {
  url: async ({ market }) => `${shop}/${market}/magazine/${await newest(market)}`,
  variants: { market: ['de', 'fr'] },
  every: '30m',
  timeout: '8s',
  severity: 'info',
  expect: { status: 200 },
});
