import { landscape } from 'vedette';

export default landscape({
  project: 'shop',
  teams: {
    storefront: { label: 'Storefront' },
    checkout: { label: 'Checkout' },
  },
  systems: {
    shop: { owner: 'storefront', hosts: ['shop.example'] },
    basket: { owner: 'chekout', hosts: ['basket.shop.example'] },
    payment: { owner: 'checkout', external: true, hosts: ['pay.example'] },
  },
  vantages: {
    fra: { country: 'DE', network: 'hetzner' },
  },
});
