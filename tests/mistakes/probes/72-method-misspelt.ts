import { expect, journey } from 'vedette';
import { basket, shop, words } from './_shop.ts';

/** Two of the same make one line with quantity two. */
export default journey(
  'basket/quantity',
  { variants: { market: ['de'] }, every: '10m', timeout: '40s' },
  async ({ page, request, step, cleanup, market }) => {
    const say = words[market];
    cleanup(() => request.delete(`${basket}/baskets/mine`));

    await step('open milk', () => page.goto(`${shop}/${market}/products/milk`));
    await step('add it twice', async () => {
      await page
        .getByRole('button', { name: say.add })
        .dblClick();
    });
    await step('see quantity two', async () => {
      await page.getByRole('link', { name: say.basket }).click();
      await expect(page.getByLabel('Quantity')).toHaveValue('2');
    });
  },
);
