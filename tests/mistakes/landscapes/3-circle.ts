import { landscape } from 'vedette';

/** Everything depends on everything, said the architects; we wrote down what we found. */
export default landscape({
  project: 'shop',
  teams: { web: {} },
  systems: {
    shop: { owner: 'web', hosts: ['shop.example'], dependsOn: ['basket', 'search'] },
    search: { owner: 'web', hosts: ['search.shop.example'] },
    basket: { owner: 'web', hosts: ['basket.shop.example'], dependsOn: ['prices'] },
    prices: {
      owner: 'web',
      hosts: ['prices.shop.example'],
      dependsOn: ['shop'],
    },
  },
  vantages: { fra: { country: 'DE', network: 'hetzner' } },
});
