import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** On a phone the menu opens and the basket is one tap away. */
export default journey(
  'shop/phone-menu',
  {
    variants: { market: ['it'] },
    from: ['mil'],
    every: '5m',
    timeout: '30s',
    device: 'Iphone15',
    locale: 'it-IT',
  },
  async ({ page, step, market }) => {
    await step('open the shop', () => page.goto(`${shop}/${market}`));
    await step('open the menu', async () => {
      await page.getByRole('button', { name: 'Menu' }).tap();
      await expect(page.getByRole('link', { name: words[market].basket })).toBeVisible();
    });
  },
);
