import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** The product page is fast: Google measures it, so do we. */
export default journey(
  'shop/product-vitals',
  {
    variants: { market: ['de', 'fr', 'it'] },
    every: '5m',
    timeout: '30s',
    vitals: {
      lcp: 2500,
      inp: '200ms',
      cls: 0.1,
    },
  },
  async ({ page, step, market }) => {
    await step('open a product', () => page.goto(`${shop}/${market}/products/milk`));
    await step('see its name', () => expect(page.getByRole('heading')).toHaveText(words[market].milk));
  },
);
