import { expect, journey } from 'vedette';
import { email, shop, words } from '../_shop.ts';

/** A customer can sign in. */
export default journey(
  'shop/sign-in',
  {
    variants: { market: ['fr'] },
    from: ['par'],
    every: '60s',
    timeout: '20s',
    slow: '3s',
    locale: 'fr-FR',
    timezone: 'Europe/Paris',
    dependsOn: ['identity', 'third-party'],
    secrets: ['SHOP_PASSWORD'],
  },
  async ({ page, step, secret, market }) => {
    await step('open the sign-in page', () => page.goto(`${shop}/${market}/sign-in`));

    await step('sign in', async () => {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel(words[market].password).fill(secret('SHOP_PASSWORD'));
      await page.getByRole('main').getByRole('button', { name: words[market].signIn }).click();
      await expect(page.getByRole('link', { name: 'Ada' })).toBeVisible();
    });
  },
);
