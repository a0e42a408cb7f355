import { expect, journey } from 'vedette';
import { card, email, identity, orders, payment } from '../_shop.ts';

/** The same purchase without a browser: it touches no `page`, so none is started. */
export default journey(
  'shop/order-api',
  {
    variants: { market: ['de', 'fr', 'it'] },
    from: ['fra', 'par'],
    every: '30s',
    timeout: '20s',
    slow: '3s',
    dependsOn: ['payment', 'identity', 'erp', 'carrier'],
    secrets: ['SHOP_PASSWORD'],
  },
  async ({ request, step, secret, cleanup, market }) => {
    // The session is a cookie; `request` keeps it.
    await step('sign in', async () => {
      const data = { email, password: secret('SHOP_PASSWORD') };
      await expect(await request.post(`${identity}/v1/sign-in`, { data })).toBeOK();
    });

    const paymentToken = await step('hand over the card', async () => {
      const answer = await request.post(`${payment}/v1/tokens`, { data: { card } });
      await expect(answer).toBeOK();
      const { token } = await answer.json();
      return token;
    });

    const order = await step('place the order', async () => {
      const data = { market, lines: [{ sku: 'milk', quantity: 2 }], paymentToken };
      const answer = await request.post(`${orders}/orders`, { data });
      await expect(answer).toBeOK();
      return answer.json();
    });
    cleanup(async () => expect(await request.delete(`${orders}/orders/${order.id}`)).toBeOK());

    await step('read it back', async () => {
      const answer = await request.get(`${orders}/orders/${order.id}`);
      await expect(answer).toBeOK();
      expect(await answer.json()).toMatchObject({ market, currency: 'EUR', goodsCents: 378 });
    });
  },
);
