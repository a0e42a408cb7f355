import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** The cookie banner can be refused. */
export default journey(
  'shop/cookie-banner',
  { every: '15m', timeout: '20s', severity: 'ticket' },
  async ({ page, step }) => {
    await step('open the shop', () => page.goto(`${shop}/de`));
    await step('refuse', async () => {
      await page.getByRole('button', { name: 'Ablehnen' }).click();
      await expect(page.getByRole('dialog')).toBeHiden();
    });
  },
);
