import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** Milk can be found in the menu. */
export default journey(
  'shop/menu',
  { variants: { market: ['de', 'fr'] }, every: '10m', timeout: '30s' },
  async ({ page, step, markt }) => {
    const say = words[markt];
    await step('open the shop', () => page.goto(`${shop}/${markt}`));
    await step('find milk', async () => {
      await page.getByRole('navigation').getByText('Dairy').click();
      await expect(page.getByText(say.milk)).toBeVisible();
    });
  },
);
