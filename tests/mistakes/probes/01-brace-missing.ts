import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** A customer finds milk by typing its name. */
export default journey(
  'search/find-milk',
  {
    variants: { market: ['de', 'fr', 'it'] },
    every: '2m',
    timeout: '30s',
    slow: '6s',
  },
  async ({ page, step, market }) => {
    const { milk } = words[market];

    await step('open the shop', () => page.goto(`${shop}/${market}`));

    await step('search for milk', async () => {
      await page.getByRole('searchbox').fill(milk);
      await page.getByRole('searchbox').press('Enter');
      await expect(page.locator('#results').getByText(milk, { exact: true }).toBeVisible();
    });
  },
);
