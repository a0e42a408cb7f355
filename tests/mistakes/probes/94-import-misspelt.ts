import { expect, jurney } from 'vedette';
import { shop } from './_shop.ts';

/** The blog opens. */
export default jurney(
  'shop/blog',
  { every: '30m', timeout: '30s', severity: 'info' },
  async ({ page, step }) => {
    await step('open the blog', () => page.goto(`${shop}/de/blog`));
    await step('see an article', () => expect(page.getByRole('article').first()).toBeVisible());
  },
);
