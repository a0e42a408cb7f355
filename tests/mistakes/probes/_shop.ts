/** Where everything is, and what customers read. */
export const shop = 'https://shop.example';
export const api = 'https://api.shop.example';
export const basket = 'https://basket.shop.example';
export const payment = 'https://pay.example';
export const identity = 'https://login.example';
export const erp = 'https://erp.example';
export const tax = 'https://tax.example';

export const email = 'ada@example.com';

/** Accepted by the payment provider, and never charged. */
export const card = '4242 4242 4242 4242';

export const words = {
  de: { milk: 'Vollmilch', add: 'In den Korb', basket: 'Warenkorb', signIn: 'Anmelden', pay: 'Jetzt bezahlen', thanks: 'Danke' },
  fr: { milk: 'Lait entier', add: 'Ajouter au panier', basket: 'Panier', signIn: 'Se connecter', pay: 'Payer', thanks: 'Merci' },
  it: { milk: 'Latte intero', add: 'Aggiungi al carrello', basket: 'Carrello', signIn: 'Accedi', pay: 'Paga ora', thanks: 'Grazie' },
} as const;

export type Market = keyof typeof words;
