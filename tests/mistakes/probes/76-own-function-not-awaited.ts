import { expect, journey } from 'vedette';
import { BasketPage } from './_basket.ts';
import { shop, words } from './_shop.ts';

/** The basket sums up what is in it. */
export default journey(
  'basket/sum',
  { variants: { market: ['de', 'fr', 'it'] }, every: '10m', timeout: '40s', slow: '12s' },
  async ({ page, step, market }) => {
    const say = words[market];
    const basket = new BasketPage(page, market);

    await step('add milk', async () => {
      await page.goto(`${shop}/${market}`);
      basket.add(say.milk);
    });

    await step('read the sum', async () => {
      await basket.open();
      await expect(basket.row(say.milk)).toContainText('€');
    });
  },
);
