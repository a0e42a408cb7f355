import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** The help page answers the questions that customers call about. */
export default journey(
  'shop/help',
  { variants: { market: ['de'] }, every: '30m', timeout: '30s', severity: 'info' },
  async ({ page, step, market }) => {
    await step('open the help', () => page.goto(`${shop}/${market}/help`));
    await step('open a question', async () => {
      await page.getByText('Where is my parcel?').click();
      await expect(page.getByText('You find it under My orders')).toBeVisible;
    });
  },
);
