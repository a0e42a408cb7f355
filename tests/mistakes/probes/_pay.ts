import type { Page } from 'playwright';
import { expect } from 'vedette';
import { card, type Market, words } from './_shop.ts';

/** Pays by card and waits for the thanks. The provider asks for a code now and then: it is always 123456 in tests. */
export async function payByCard(page: Page, market: Market): Promise<void> {
  const say = words[market];
  await page.getByLabel('Card number').fill(card);
  await page.getByRole('button', { name: say.pay }).click();
  const code = page.frameLocator('iframe[name=bank]').getByLabel('Code');
  if (await code.isVisible()) {
    await code.fill('123456');
    code.press('Enter');
  }
  await expect(page.getByRole('heading', { name: say.thanks })).toBeVisible({ timeout: 15_000 });
}
