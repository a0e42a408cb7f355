import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** All categories of the menu open and show products. */
const categories = ['dairy', 'bread', 'fruit', 'household'];

export default journey(
  'shop/categories-menu',
  { variants: { market: ['de'] }, every: '30m', timeout: '2m', severity: 'ticket' },
  async ({ page, step, market }) => {
    await step('open the shop', () => page.goto(`${shop}/${market}`));

    categories.forEach(async (category) => {
      await step(`open ${category}`, async () => {
        await page.goto(`${shop}/${market}/c/${category}`);
        await expect(page.getByRole('listitem').first()).toBeVisible();
      });
    });
  },
);
