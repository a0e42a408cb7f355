import { expect, http } from 'vedette';
import { api } from './_shop.ts';

/** Every product of the front page has a price, a picture and a name. */
export default http(
  'shop/front-page-products',
  {
    url: `${api}/de/front-page`,
    every: '1m',
    timeout: '8s',
  },
  async ({ response }) => {
    const { items } = await response.json();
    for (const item of items) {
      expect(item.cents).toBeGreaterThan(0);
      expect(item.picture).toMatch(/\.avif$/);
    }
  },
);
