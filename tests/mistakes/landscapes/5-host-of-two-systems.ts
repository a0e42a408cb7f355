import { landscape } from 'vedette';

const hosts = {
  shop: ['shop.example', 'api.shop.example'],
  search: ['search.shop.example'],
  // Moved behind the shop's API in June.
  basket: ['api.shop.example'],
};

export default landscape({
  project: 'shop',
  teams: { web: { label: 'Web' }, checkout: { label: 'Checkout' } },
  systems: {
    shop: { owner: 'web', hosts: hosts.shop },
    search: { owner: 'web', hosts: hosts.search },
    basket: { owner: 'checkout', hosts: hosts.basket },
  },
  vantages: { fra: { country: 'DE', network: 'hetzner' } },
});
