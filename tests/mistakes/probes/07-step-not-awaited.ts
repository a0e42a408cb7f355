import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** Milk goes into the basket and stays there after a reload. */
export default journey(
  'basket/keep-milk',
  { variants: { market: ['de', 'fr'] }, every: '5m', timeout: '30s', slow: '10s' },
  async ({ page, step, market }) => {
    const say = words[market];

    await step('open the shop', () => page.goto(`${shop}/${market}`));

    await step('put milk in the basket', async () => {
      await page.getByRole('button', { name: `${say.add}: ${say.milk}` }).click();
      await page.getByRole('link', { name: say.basket }).click();
      await expect(page.getByRole('row', { name: say.milk })).toBeVisible();
    });

    step('find it there after a reload', async () => {
      await page.reload();
      await expect(page.getByRole('row', { name: say.milk })).toBeVisible();
    });
  },
);
