import type { Page } from 'playwright';
import { expect, journey } from 'vedette';
import { card, shop, words } from './_shop.ts';

async function pay(page: Page, button: string): Promise<void> {
  await page.getByLabel('Card number').fill(card);
  await page.getByRole('button', { name: button }).click();
}

/** Guests can pay without an account. */
export default journey(
  'payment/guest',
  { variants: { market: ['fr'] }, from: ['par'], every: '10m', timeout: '45s', dependsOn: ['shop'] },
  async ({ page, step, market }) => {
    const say = words[market];
    await step('open the checkout as a guest', () => page.goto(`${shop}/${market}/checkout?guest=1`));
    await step('pay', pay(page, say.pay));
    await step('read the thanks', () => expect(page.getByRole('heading', { name: say.thanks })).toBeVisible());
  },
);
