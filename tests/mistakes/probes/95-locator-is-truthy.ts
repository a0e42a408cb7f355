import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** Every product says when it will be delivered. */
export default journey(
  'carrier/promise',
  { variants: { market: ['de', 'fr'] }, every: '10m', timeout: '30s', dependsOn: ['shop'] },
  async ({ page, step, market }) => {
    await step('open milk', () => page.goto(`${shop}/${market}/products/milk`));
    await step('read when it comes', async () => {
      await expect(page.getByRole('heading')).toHaveText(words[market].milk);
      const delivery = page.getByTestId('delivery').filter({ hasText: /\d/ });
      expect(delivery).toBeTruthy();
    });
  },
);
