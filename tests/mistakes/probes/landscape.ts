import { landscape } from 'vedette';

const shop = landscape({
  project: 'shop',
  teams: {
    storefront: { label: 'Storefront' },
    discovery: { label: 'Search and discovery' },
    checkout: { label: 'Checkout and payment' },
    backoffice: { label: 'Back office' },
  },
  systems: {
    shop: { owner: 'storefront', hosts: ['shop.example', 'api.shop.example'], dependsOn: ['search', 'payment', 'identity'] },
    search: { owner: 'discovery', hosts: ['search.shop.example'] },
    basket: { owner: 'checkout', hosts: ['basket.shop.example'] },
    payment: { owner: 'checkout', hosts: ['pay.example'], external: true },
    identity: { owner: 'checkout', hosts: ['login.example'], external: true },
    tax: { owner: 'backoffice', hosts: ['tax.example'], external: true },
    erp: { owner: 'backoffice', hosts: ['erp.example'], external: true },
    carrier: { owner: 'backoffice', hosts: ['*.carrier.example'], external: true },
  },
  vantages: {
    fra: { label: 'Frankfurt', country: 'DE', network: 'shop', inside: true },
    par: { label: 'Paris', country: 'FR', network: 'cloud-west' },
    mil: { label: 'A home in Milan', country: 'IT', network: 'home' },
  },
  secrets: {
    SHOP_PASSWORD: 'password of the customer ada@example.com',
    PAYMENT_KEY: "the shop's key at the payment provider",
    ERP_PASSWORD: 'password of the user monitoring in the ERP',
  },
});

export default shop;

declare module 'vedette' {
  interface Register {
    landscape: typeof shop;
  }
}
