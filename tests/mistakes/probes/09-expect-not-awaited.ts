import { expect, journey } from 'vedette';
import { card, shop, words } from './_shop.ts';
import { signIn } from './_sign-in.ts';

/** The one that matters: sign in, buy, pay. Pages at night. */
export default journey(
  'shop/checkout',
  {
    variants: { market: ['de', 'fr', 'it'] },
    from: ['fra', 'par', 'mil'],
    every: '5m',
    timeout: '60s',
    slow: '15s',
    vitals: { lcp: '2.5s' },
    secrets: ['SHOP_PASSWORD'],
    dependsOn: ['payment', 'identity', 'erp'],
    severity: 'page',
  },
  async ({ page, step, secret, market }) => {
    const say = words[market];

    await step('sign in', () => signIn(page, market, secret('SHOP_PASSWORD')));

    await step('put milk in the basket', async () => {
      await page.goto(`${shop}/${market}/products/milk`);
      await page.getByRole('button', { name: say.add }).click();
      await expect(page.getByRole('status')).toContainText(say.milk);
    });

    await step('pay', async () => {
      await page.getByLabel('Card number').fill(card);
      await page.getByRole('button', { name: say.pay }).click();
      // The provider may take its time.
      expect(page.getByRole('heading', { name: say.thanks })).toBeVisible({ timeout: 15_000 });
    });
  },
);
