import { expect, journey } from 'vedette';
import { payment } from './_shop.ts';

/** A payment can be authorised and voided. Uses the sandbox account of the provider. */
export default journey(
  'payment/authorise',
  { every: '5m', timeout: '30s', slow: '5s' },
  async ({ request, step }) => {
    const headers = {
      accept: 'application/json',
      authorization: 'Bearer sk_test_ThisIsNoRealKey00',
    };
    const charge = await step('authorise ten euros', async () => {
      const answer = await request.post(`${payment}/v1/charges`, { headers, data: { cents: 1_000, capture: false } });
      await expect(answer).toBeOK();
      return answer.json();
    });
    await step('void it', async () => {
      await expect(await request.post(`${payment}/v1/charges/${charge.id}/void`, { headers })).toBeOK();
    });
  },
);
