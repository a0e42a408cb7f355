import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** The size guide opens over the product. */
export default journey(
  'shop/size-guide',
  { variants: { market: ['it'] }, from: ['mil'], every: '15m', timeout: '30s', severity: 'ticket' },
  async ({ page, step, market }) => {
    await step('open a product', () => page.goto(`${shop}/${market}/products/trousers`));

    await step('open the size guide', async () => {
      await page.getByRole('button', { name: 'Size guide' }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByText('Waist').toBeVisible());
      await dialog.getByRole('button', { name: 'Close' }).click();
    });

    await step('go on shopping', () => page.getByRole('button', { name: words[market].add }).click());
  },
);
