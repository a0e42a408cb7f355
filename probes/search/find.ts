import { expect, journey } from 'vedette';
import { shop, words } from '../_shop.ts';

/** A customer types a word into the search box and finds the product. */
export default journey(
  'search/find',
  {
    variants: { market: ['de', 'it'] },
    from: ['par'],
    every: '45s',
    timeout: '20s',
    slow: '4s',
    dependsOn: ['third-party'],
  },
  async ({ page, step, market }) => {
    const { milk } = words[market];

    await step('open the shop', () => page.goto(`${shop}/${market}`));

    await step('search for milk', async () => {
      const box = page.getByRole('search').getByRole('searchbox');
      await box.fill(milk.slice(0, 4));
      await box.press('Enter');
      await expect(page.locator('#results').getByText(milk, { exact: true })).toBeVisible();
    });
  },
);
