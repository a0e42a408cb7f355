import { expect, journey } from 'vedette';
import { api, email, identity } from './_shop.ts';

/** Orders can be placed and cancelled by API: what the apps do. */
export default journey(
  'shop/order-api',
  { every: '1m', timeout: '20s', slow: '4s', secrets: ['SHOP_PASSWORD'], dependsOn: ['identity', 'erp'] },
  async ({ request, step, secret }) => {
    await step('sign in', async () => {
      const data = { email, password: secret('SHOP_PASSWORD') };
      await expect(await request.post(`${identity}/v1/sign-in`, { data })).toBeOK();
    });

    const order = await step('place an order', async () => {
      const answer = await request.post(`${api}/orders`, { data: { lines: [{ sku: 'milk', quantity: 2 }] } });
      await expect(answer).toBeOK();
      return answer.json();
    });

    await step('cancel it', async () => {
      request.delete(`${api}/orders/${order.id}`);
    });
  },
);
