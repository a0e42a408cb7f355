import type { Locator, Page } from 'playwright';
import { expect } from 'vedette';
import { type Market, shop, words } from './_shop.ts';

/** The basket as customers see it. */
export class BasketPage {
  readonly rows: Locator;

  constructor(
    private readonly page: Page,
    private readonly market: Market,
  ) {
    this.rows = page.getByRole('table').getByRole('row');
  }

  async open(): Promise<void> {
    await this.page.goto(`${shop}/${this.market}/basket`);
    await expect(this.rows.first()).toBeVisible();
  }

  async add(product: string): Promise<void> {
    const name = `${words[this.market].add}: ${product}`;
    await this.page.getByRole('button', { name }).click();
  }

  row(product: string): Locator {
    return this.rows.filter({ hasText: product });
  }
}
