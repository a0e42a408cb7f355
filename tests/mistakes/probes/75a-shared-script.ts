import { journey } from 'vedette';
import { payByCard } from './_pay.ts';
import { shop } from './_shop.ts';

/** Pre-orders are paid at once. */
export default journey(
  'payment/pre-order',
  { variants: { market: ['de', 'fr'] }, every: '15m', timeout: '60s', dependsOn: ['shop'] },
  async ({ page, step, market }) => {
    await step('open the pre-order', () => page.goto(`${shop}/${market}/pre-order`));
    await step('pay', () => payByCard(page, market));
  },
);
