import { expect, test } from '@playwright/test';
import { shop } from './_shop.ts';

test.describe('wish list', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto(`${shop}/de`);
  });

  test('an article can be put on the wish list', async ({ page }) => {
    await page.getByRole('link', { name: 'Vollmilch' }).click();
    await page.getByRole('button', { name: 'Merken' }).click();
    await expect(page.getByRole('status')).toHaveText('Gemerkt');
  });
});
