import { landscape } from 'vedette';

/** Owners and hosts of everything that we watch. */
export default landscape({
  project: 'shop',
  teams: {
    storefront: { label: 'Storefront' },
    checkout: { label: 'Checkout' },
  },
  systems: {
    shop: { owner: 'storefront', hosts: ['shop.example'], dependsOn: ['payment'] },
    payment: {
      label: 'Payment provider',
      owner: 'checkout',
      external: true,
      hosts: ['https://pay.example'],
      workaround: 'Offer payment by invoice.',
    },
  },
  vantages: {
    fra: { country: 'DE', network: 'hetzner' },
    par: { country: 'FR', network: 'cloud-west' },
  },
});
