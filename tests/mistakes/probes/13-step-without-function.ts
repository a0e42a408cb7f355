import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** Filters narrow the results; written like the old tests, a heading per step. */
export default journey(
  'search/filter',
  { variants: { market: ['de'] }, every: '10m', timeout: '30s', slow: '8s' },
  async ({ page, step, market }) => {
    await step('open the category', () => page.goto(`${shop}/${market}/c/dairy`));

    await step('filter by brand');
    await page.getByRole('checkbox', { name: 'Bergbauer' }).check();
    await expect(page.getByRole('listitem')).not.toHaveCount(0);
    await expect(page.getByRole('main')).toContainText(words[market].milk);
  },
);
