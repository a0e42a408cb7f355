import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** Nothing jumps on the start page while the banner loads. */
export default journey(
  'shop/start-vitals',
  {
    variants: { market: ['de'] },
    every: '5m',
    timeout: '30s',
    vitals: { lcp: '2.5s', cls: '0.1s' },
    severity: 'ticket',
  },
  async ({ page, step, market }) => {
    await step('open the shop', () => page.goto(`${shop}/${market}`));
    await step('see the banner', () => expect(page.getByRole('banner')).toBeVisible());
  },
);
