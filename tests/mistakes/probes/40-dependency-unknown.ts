import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** Gift cards can be bought. */
export default journey(
  'shop/gift-card',
  {
    variants: { market: ['de'] },
    every: '15m',
    timeout: '60s',
    dependsOn: ['payment', 'identity', 'warehouse'],
    severity: 'ticket',
  },
  async ({ page, step, market }) => {
    await step('open gift cards', () => page.goto(`${shop}/${market}/gift-cards`));
    await step('choose one', async () => {
      await page.getByRole('radio', { name: '50 €' }).check();
      await page.getByRole('button', { name: words[market].add }).click();
      await expect(page.getByRole('status')).toContainText('50 €');
    });
  },
);
