import { expect, journey } from 'vedette';
import { shop, words } from './_shop.ts';

/** The product is in stock: its button can be pressed. */
export default journey(
  'shop/in-stock',
  { variants: { market: ['de', 'fr'] }, every: '5m', timeout: '30s', dependsOn: ['erp'] },
  async ({ page, step, market }) => {
    const say = words[market];
    await step('open milk', () => page.goto(`${shop}/${market}/products/milk`));
    await step('be able to buy it', async () => {
      const button = page.getByRole('button', { name: say.add });
      expect(button.isEnabled()).toBeTruthy();
    });
  },
);
