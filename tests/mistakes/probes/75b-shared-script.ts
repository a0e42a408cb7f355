import { journey } from 'vedette';
import { payByCard } from './_pay.ts';
import { shop } from './_shop.ts';

/** A parcel can be sent back, its fee paid. */
export default journey(
  'carrier/return-fee',
  { variants: { market: ['it'] }, every: '30m', timeout: '60s', dependsOn: ['shop', 'payment'] },
  async ({ page, step, market }) => {
    await step('open the return', () => page.goto(`${shop}/${market}/returns/new?order=TEST`));
    await step('pay the fee', () => payByCard(page, market));
  },
);
