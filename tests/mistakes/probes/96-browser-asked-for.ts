import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** A basket shared by its link opens for somebody else. */
export default journey(
  'basket/shared',
  { variants: { market: ['de'] }, every: '15m', timeout: '60s' },
  async ({ page, browser, step, market }) => {
    const link = await step('share the basket', async () => {
      await page.goto(`${shop}/${market}/basket`);
      await page.getByRole('button', { name: 'Share' }).click();
      return page.getByLabel('Link').inputValue();
    });
    await step('open it as a friend', async () => {
      const friend = await browser.newContext();
      const opened = await friend.newPage();
      await opened.goto(link);
      await expect(opened.getByRole('row')).not.toHaveCount(0);
    });
  },
);
