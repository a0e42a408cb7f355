import { landscape } from 'vedette';

export default landscape({
  project: 'shop',
  teams: { web: { label: 'Web' } },
  systems: {
    shop: { owner: 'web', hosts: ['shop.example'], runbook: 'https://runbooks.example/shop' },
  },
  vantages: {
    fra: { label: 'Frankfurt', country: 'DE', network: 'hetzner' },
    mil: {
      label: 'A home in Milan',
      country: 'Italy',
      network: 'home',
    },
  },
  secrets: { SHOP_PASSWORD: 'password of the customer ada@example.com' },
});
