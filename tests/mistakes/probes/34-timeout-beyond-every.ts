import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** The newsletter form takes an address. Turned up to once a minute for the launch week. */
export default journey(
  'shop/newsletter',
  {
    variants: { market: ['de', 'fr'] },
    every: '1m',
    slow: '10s',
    timeout: '90s',
    severity: 'ticket',
  },
  async ({ page, step, market }) => {
    await step('open the shop', () => page.goto(`${shop}/${market}`));
    await step('subscribe', async () => {
      await page.getByLabel('Newsletter').fill(`probe+${market}@example.com`);
      await page.getByRole('button', { name: 'OK' }).click();
      await expect(page.getByRole('status')).toContainText(words[market].thanks);
    });
  },
);
