import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** The career page lists jobs. */
export default journey(
  'shop/jobs',
  {
    url: `${shop}/de/jobs`,
    every: '1h',
    timeout: '30s',
    severity: 'info',
  },
  async ({ page, step }) => {
    await step('see a job', async () => {
      await page.goto(`${shop}/de/jobs`);
      await expect(page.getByRole('listitem').first()).toBeVisible();
    });
  },
);
