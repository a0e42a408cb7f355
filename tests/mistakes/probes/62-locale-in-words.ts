import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** Customers are led to the shop of their language. */
export default journey(
  'shop/language',
  {
    every: '10m',
    timeout: '20s',
    locale: 'german',
    timezone: 'Europe/Berlin',
    severity: 'ticket',
  },
  async ({ page, step }) => {
    await step('open the bare address', () => page.goto(shop));
    await step('be in the German shop', () => expect(page).toHaveURL(`${shop}/de`));
  },
);
