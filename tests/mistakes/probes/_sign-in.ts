import type { Page } from 'playwright';
import { expect } from 'vedette';
import { email, type Market, shop, words } from './_shop.ts';

/** Signs the test customer in, and waits until the shop greets her. */
export async function signIn(page: Page, market: Market, password: string): Promise<void> {
  await page.goto(`${shop}/${market}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: words[market].signIn }).click();
  await expect(page.getByRole('link', { name: 'Ada' })).toBeVisible();
}
