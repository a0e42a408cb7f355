import { expect, journey, secret } from 'vedette';
import { email, identity } from './_shop.ts';

/** The sign-in page of the identity provider works by itself, without the shop. */
export default journey(
  'identity/sign-in-page',
  {
    every: '5m',
    timeout: '30s',
    slow: '5s',
    secrets: ['SHOP_PASSWORD'],
  },
  async ({ page, step }) => {
    await step('open the page', () => page.goto(`${identity}/sign-in?client=shop`));
    await step('sign in', async () => {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(String(secret('SHOP_PASSWORD')));
      await page.getByRole('button', { name: 'Continue' }).click();
      await expect(page).toHaveURL(/signed-in/);
    });
  },
);
