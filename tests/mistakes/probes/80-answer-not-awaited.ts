import { expect, journey } from 'vedette';
import { api } from './_shop.ts';

/** The app's start screen: three calls, as the app makes them. */
export default journey(
  'shop/app-start',
  { variants: { market: ['de', 'fr', 'it'] }, every: '1m', timeout: '15s', slow: '2s' },
  async ({ request, step, market }) => {
    await step('load settings', async () => {
      const settings = await request.get(`${api}/${market}/app/settings`);
      await expect(settings).toBeOK();
    });
    await step('load the start screen', async () => {
      const screen = request.get(`${api}/${market}/app/start`);
      expect(screen.status()).toBe(200);
    });
  },
);
