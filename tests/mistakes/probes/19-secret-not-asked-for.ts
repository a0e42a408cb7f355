import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';
import { signIn } from './_sign-in.ts';

/** A customer sees her orders. */
export default journey(
  'shop/my-orders',
  {
    variants: { market: ['de', 'fr'] },
    every: '10m',
    timeout: '40s',
    slow: '12s',
    dependsOn: ['identity', 'erp'],
  },
  async ({ page, step, secret, market }) => {
    await step('sign in', () => signIn(page, market, secret('SHOP_PASSWORD')));
    await step('see an order', async () => {
      await page.goto(`${shop}/${market}/orders`);
      await expect(page.getByRole('listitem').first()).toContainText('EUR');
    });
  },
);
