import { expect, journey } from 'vedette';
import { card, email, orders, shop, words } from '../_shop.ts';

/** A customer signs in, puts milk in the basket, and pays. */
export default journey(
  'shop/checkout',
  {
    variants: { market: ['de', 'fr'] },
    from: ['fra', 'outside'],
    every: '45s',
    timeout: '25s',
    slow: '6s',
    vitals: { lcp: '4s' },
    dependsOn: ['payment', 'identity', 'erp', 'third-party'],
    secrets: ['SHOP_PASSWORD'],
  },
  async ({ page, request, step, secret, cleanup, market }) => {
    const say = words[market];

    await step('open the shop', () => page.goto(`${shop}/${market}`));

    await step('sign in', async () => {
      await page.getByRole('link', { name: say.signIn }).click();
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel(say.password).fill(secret('SHOP_PASSWORD'));
      await page.getByRole('main').getByRole('button', { name: say.signIn }).click();
      await expect(page.getByRole('link', { name: 'Ada' })).toBeVisible();
    });

    await step('put milk in the basket', async () => {
      await page.getByRole('button', { name: `${say.add} ${say.milk}` }).click();
      await page.getByRole('link', { name: say.basket }).click();
      await expect(page.getByRole('row', { name: say.milk })).toBeVisible();
    });

    await step('see the total in euros', async () => {
      await page.getByRole('link', { name: say.toCheckout }).click();
      await expect(page.locator('#total')).toHaveText(/^\d+,\d\d\s€$/);
    });

    const order = await step('pay', async () => {
      await page.getByLabel(say.card).fill(card);
      await page.getByRole('button', { name: say.pay }).click();
      // A slow payment is slow, not broken: wait longer than usual.
      await expect(page.getByRole('heading', { name: say.thanks })).toBeVisible({ timeout: 10_000 });
      return page.locator('#order').textContent();
    });

    cleanup(async () => expect(await request.delete(`${orders}/orders/${order}`)).toBeOK());
  },
);
