import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** The search works behind the cookie banner, which not every market shows. */
export default journey(
  'search/with-banner',
  { variants: { market: ['de', 'fr', 'it'] }, every: '5m', timeout: '30s' },
  async ({ page, step, market }) => {
    const { milk } = words[market];
    await step('open the shop', () => page.goto(`${shop}/${market}`));

    await step('close the banner', async () => {
      const banner = page.getByRole('dialog', { name: 'Cookies' });
      if (banner.isVisible()) {
        await banner.getByRole('button').first().click();
      }
    });

    await step('search for milk', async () => {
      await page.getByRole('searchbox').fill(milk);
      await page.getByRole('searchbox').press('Enter');
      await expect(page.locator('#results')).toContainText(milk);
    });
  },
);
