import { journey } from 'vedette';
import { card, shop, words } from './_shop.ts';

/** A guest pays by card and reads the thanks. */
export default journey(
  'payment/card',
  { variants: { market: ['de', 'it'] }, every: '10m', timeout: '60s', slow: '20s', dependsOn: ['shop'] },
  async ({ page, step, market }) => {
    const say = words[market];

    await step('open the checkout', () => page.goto(`${shop}/${market}/checkout?guest=1`));

    await step('pay', async () => {
      await page.getByLabel('Card number').fill(card);
      await page.getByRole('button', { name: say.pay }).click();
    });

    await step('read the thanks', async () => {
      await page.getByRole('heading', { name: say.thanks });
    });
  },
);
