import { expect, journey } from 'vedette';
import { shop } from './_shop.ts';

/** The three pages that lawyers care about. */
const pages = ['terms', 'privacy', 'imprint'];

export default pages.map((name) =>
  journey(`shop/${name}-page`, { every: '1h', timeout: '20s', severity: 'info' }, async ({ page, step }) => {
    await step(`open ${name}`, () => page.goto(`${shop}/de/${name}`));
    await step('read its heading', () => expect(page.getByRole('heading').first()).toBeVisible());
  }),
);
