import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** The total of the basket is what the product page said. */
export default journey(
  'basket/total',
  { variants: { market: ['de'] }, every: '10m', timeout: '40s' },
  async ({ page, step, market }) => {
    const say = words[market];

    const price = await step('read the price', async () => {
      await page.goto(`${shop}/${market}/products/milk`);
      return page.getByTestId('price').textContent();
    });

    await step('compare the total', async () => {
      await page.getByRole('button', { name: say.add }).click();
      await page.getByRole('link', { name: say.basket }).click();
      const total = page.locator('#total').textContent();
      expect(total).not.toBe(price);
    });
  },
);
