import { journey } from 'vedette';
import { shop, words } from './_shop.ts';

/**
 * The start page greets customers, on a phone too.
 * Was an http probe until the markup moved into a script.
 */
export default journey(
  'shop/greeting',
  {
    variants: { market: ['de', 'it'] },
    from: ['fra', 'mil'],
    every: '5m',
    timeout: '20s',
    device: 'iPhone 15',
  },
  async ({ page, step, market }) => {
    await step('open the start page', () => page.goto(`${shop}/${market}`));
    await step('see the basket button', async () => {
      await expect(page.getByRole('link', { name: words[market].basket })).toBeVisible();
    });
  },
);
