import { expect, journey } from 'vedette';
import { api } from './_shop.ts';

/** A wish list can be made and shared by API. */
export default journey(
  'shop/wish-list',
  { every: '10m', timeout: '20s', slow: '3s' },
  async ({ request, step, cleanup }) => {
    const list = await step('make a list', async () => {
      const answer = await request.post(`${api}/wish-lists`, { data: { name: 'Vedette' } });
      await expect(answer).toBeOK();
      return answer.json();
    });
    cleanup(request.delete(`${api}/wish-lists/${list.id}`));

    await step('read it by its link', async () => {
      await expect(await request.get(list.link)).toBeOK();
    });
  },
);
