/**
 * Where the demo shop is, and the words that its customers read. Files that begin with an underscore hold what
 * probes share. These are constants: a probe looks the same from everywhere.
 */

/** The first port of the demo; `npm run demo` listens from here on. */
const firstPort = 4100;

const host = (offset: number) => `127.0.0.1:${firstPort + offset}`;

/** `host:port` of everything that is watched, of the ways out of the vantages, and of what has nothing to do with it. */
export const hosts = {
  shop: host(1),
  catalog: host(2),
  search: host(3),
  orders: host(4),
  payment: host(5),
  erp: host(6),
  carrier: host(7),
  identity: host(8),
  thirdParty: host(9),
  secureShop: host(10),
  egressFra: host(11),
  egressPar: host(12),
  egressOutside: host(13),
  elsewhere: host(14),
} as const;

export const shop = `http://${hosts.shop}`;
export const orders = `http://${hosts.orders}`;
export const payment = `http://${hosts.payment}`;
export const identity = `http://${hosts.identity}`;

/** The authority that signed the shop's certificate. */
export const authority = 'var/demo/authority.pem';

/** The customer as whom the probes sign in; the password is a secret. */
export const email = 'ada@example.com';

/** A card that the payment provider accepts and never charges. */
export const card = '4242 4242 4242 4242';

/** What a customer of each market reads. */
export const words = {
  de: {
    milk: 'Vollmilch',
    bread: 'Roggenbrot',
    add: 'In den Korb',
    signIn: 'Anmelden',
    password: 'Passwort',
    basket: 'Warenkorb',
    toCheckout: 'Zur Kasse',
    card: 'Kartennummer',
    pay: 'Jetzt bezahlen',
    thanks: 'Danke für deine Bestellung',
  },
  fr: {
    milk: 'Lait entier',
    bread: 'Pain de seigle',
    add: 'Ajouter au panier',
    signIn: 'Se connecter',
    password: 'Mot de passe',
    basket: 'Panier',
    toCheckout: 'Passer commande',
    card: 'Numéro de carte',
    pay: 'Payer maintenant',
    thanks: 'Merci pour votre commande',
  },
  it: {
    milk: 'Latte intero',
    bread: 'Pane di segale',
    add: 'Aggiungi al carrello',
    signIn: 'Accedi',
    password: 'Password',
    basket: 'Carrello',
    toCheckout: 'Alla cassa',
    card: 'Numero della carta',
    pay: 'Paga ora',
    thanks: 'Grazie per il tuo ordine',
  },
} as const;
