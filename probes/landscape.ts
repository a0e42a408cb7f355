import { landscape } from 'vedette';
import { hosts } from './_shop.ts';

/** It answers whatever the shop does; a vantage that cannot reach it is ill. */
const elsewhere = `http://${hosts.elsewhere}/`;

const demo = landscape({
  project: 'demo',
  teams: {
    storefront: { label: 'Storefront' },
    discovery: { label: 'Search and discovery' },
    checkout: { label: 'Checkout and payment' },
    operations: { label: 'Back office' },
  },
  systems: {
    shop: {
      label: 'Shop',
      owner: 'storefront',
      runbook: 'https://runbooks.example/shop',
      hosts: [hosts.shop, hosts.catalog, hosts.orders, hosts.secureShop],
      dependsOn: ['search', 'payment', 'erp', 'carrier', 'identity', 'third-party'],
      // The shop's own statistics leave out what we do.
      headers: { 'x-synthetic': 'vedette' },
    },
    search: {
      label: 'Search',
      owner: 'discovery',
      runbook: 'https://runbooks.example/search',
      hosts: [hosts.search],
      workaround: 'Customers can browse the categories.',
    },
    payment: {
      label: 'Payment provider',
      owner: 'checkout',
      runbook: 'https://runbooks.example/payment',
      hosts: [hosts.payment],
      external: true,
      workaround: 'Offer payment by invoice: switch "invoice-only" on.',
    },
    erp: {
      label: 'Tax and ERP',
      owner: 'operations',
      runbook: 'https://runbooks.example/erp',
      hosts: [hosts.erp],
      external: true,
    },
    carrier: {
      label: 'Carrier',
      owner: 'operations',
      runbook: 'https://runbooks.example/carrier',
      hosts: [hosts.carrier],
      external: true,
      workaround: 'The shop charges its standard delivery price by itself.',
    },
    identity: {
      label: 'Sign-in',
      owner: 'checkout',
      runbook: 'https://runbooks.example/identity',
      hosts: [hosts.identity],
      external: true,
    },
    'third-party': {
      label: 'Reviews widget',
      owner: 'storefront',
      runbook: 'https://runbooks.example/third-party',
      hosts: [hosts.thirdParty],
      external: true,
      workaround: 'Take the widget out: switch "no-reviews" on.',
    },
  },
  vantages: {
    fra: {
      label: 'Frankfurt',
      country: 'DE',
      network: 'shop',
      inside: true,
      egress: `http://${hosts.egressFra}`,
      control: elsewhere,
    },
    par: {
      label: 'Paris',
      country: 'FR',
      network: 'cloud-west',
      egress: `http://${hosts.egressPar}`,
      control: elsewhere,
    },
    outside: {
      label: 'A home in Milan',
      country: 'IT',
      network: 'home',
      egress: `http://${hosts.egressOutside}`,
      control: elsewhere,
    },
  },
  secrets: {
    SHOP_PASSWORD: 'password of the customer ada@example.com',
    PAYMENT_KEY: "the shop's key at the payment provider",
  },
});

export default demo;

declare module 'vedette' {
  interface Register {
    landscape: typeof demo;
  }
}
