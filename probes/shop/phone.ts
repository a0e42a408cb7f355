import { expect, journey } from 'vedette';
import { shop, words } from '../_shop.ts';

/** On a phone the shop fits the screen, and bread finds its way into the basket. */
export default journey(
  'shop/phone',
  {
    variants: { market: ['it'] },
    from: ['fra', 'outside'],
    every: '60s',
    timeout: '20s',
    slow: '3s',
    device: 'iPhone 15',
    locale: 'it-IT',
    dependsOn: ['third-party'],
  },
  async ({ page, step, market }) => {
    const say = words[market];

    await step('open the shop', () => page.goto(`${shop}/${market}`));

    await step('put bread in the basket', async () => {
      await page.getByRole('button', { name: `${say.add} ${say.bread}` }).tap();
      await page.getByRole('link', { name: say.basket }).tap();
      await expect(page.getByRole('row', { name: say.bread })).toBeVisible();
    });

    await step('fit the screen', async () => {
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(width, 'nothing sticks out to the right').toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
    });
  },
);
