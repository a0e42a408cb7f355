import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** The store finder shows a store near the customer. */
export default journey(
  'shop/store-finder',
  {
    every: '15m',
    timeout: '30s',
    locale: 'de-DE',
    geolocation: { latitude: 50.11, longitude: 8.68 },
    severity: 'ticket',
  },
  async ({ page, context, step }) => {
    await context.grantPermissions(['geolocation']);
    await step('open the store finder', () => page.goto(`${shop}/de/stores`));
    await step(async () => {
      await page.getByRole('button', { name: 'Near me' }).click();
      await expect(page.getByRole('listitem').first()).toContainText('Frankfurt');
    });
  },
);
