import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';
import { signIn } from './_sign-in.ts';

/** A customer takes an article out of the basket again. */
export default journey(
  'basket/remove',
  {
    variants: { market: ['de'] },
    every: '10m',
    timeout: '40s',
    secrets: ['SHOP_PASSWORD'],
    dependsOn: ['identity'],
  },
  async ({ page, step, secret, market }) => {
    const row = page.getByRole('row', { name: words[market].milk });

    await step('sign in', () => signIn(page, market, secret('SHOP_PASSWORD')));

    await step('open the basket', async () => {
      await page.goto(`${shop}/${market}/basket`);
      await expect(row).toBeVisible();
    });

    await step('take milk out', async () => {
      row
        .getByRole('button', { name: 'Remove' })
        .first()
        .click();
      await expect(page.getByText('Your basket is empty')).toBeVisible();
    });
  },
);
