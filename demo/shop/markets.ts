/**
 * The three markets: language, currency, tax, and the words of their pages.
 */

export const markets = {
  de: {
    label: 'Deutschland',
    locale: 'de-DE',
    currency: 'EUR',
    /** Share of the net price. */
    taxRate: 0.07,
    text: {
      tagline: 'Frisch vom Feld, morgen bei dir.',
      lead: 'Lebensmittel von 140 Höfen der Region, heute bestellt, morgen früh geliefert.',
      search: 'Suchen',
      searchHint: 'Wonach suchst du?',
      found: 'Treffer',
      nothing: 'Nichts gefunden',
      add: 'In den Korb',
      added: 'Liegt im Korb',
      basket: 'Warenkorb',
      empty: 'Dein Warenkorb ist leer.',
      toCheckout: 'Zur Kasse',
      checkout: 'Kasse',
      signIn: 'Anmelden',
      signedIn: 'Willkommen',
      email: 'E-Mail',
      password: 'Passwort',
      signInFailed: 'Anmelden ist gerade nicht möglich.',
      wrongPassword: 'E-Mail oder Passwort stimmt nicht.',
      name: 'Name',
      street: 'Straße und Hausnummer',
      card: 'Kartennummer',
      delivery: 'Lieferung',
      tax: 'enthaltene MwSt.',
      total: 'Summe',
      pay: 'Jetzt bezahlen',
      paying: 'Einen Moment …',
      payFailed: 'Die Zahlung ist gerade nicht möglich. Es wurde nichts abgebucht.',
      thanks: 'Danke für deine Bestellung!',
      order: 'Bestellnummer',
      all: 'Alle Produkte',
      sorry: 'Entschuldigung, hier ist gerade nichts zu sehen.',
    },
  },
  fr: {
    label: 'France',
    locale: 'fr-FR',
    currency: 'EUR',
    taxRate: 0.055,
    text: {
      tagline: 'Frais du champ, demain chez vous.',
      lead: 'Les produits de 140 fermes de la région, commandés aujourd’hui, livrés demain matin.',
      search: 'Chercher',
      searchHint: 'Que cherchez-vous ?',
      found: 'résultats',
      nothing: 'Aucun résultat',
      add: 'Ajouter au panier',
      added: 'Dans le panier',
      basket: 'Panier',
      empty: 'Votre panier est vide.',
      toCheckout: 'Passer commande',
      checkout: 'Commande',
      signIn: 'Se connecter',
      signedIn: 'Bienvenue',
      email: 'E-mail',
      password: 'Mot de passe',
      signInFailed: 'La connexion est impossible pour le moment.',
      wrongPassword: 'E-mail ou mot de passe incorrect.',
      name: 'Nom',
      street: 'Rue et numéro',
      card: 'Numéro de carte',
      delivery: 'Livraison',
      tax: 'dont TVA',
      total: 'Total',
      pay: 'Payer maintenant',
      paying: 'Un instant …',
      payFailed: 'Le paiement est impossible pour le moment. Rien n’a été débité.',
      thanks: 'Merci pour votre commande !',
      order: 'Numéro de commande',
      all: 'Tous les produits',
      sorry: 'Désolé, il n’y a rien à voir ici pour le moment.',
    },
  },
  it: {
    label: 'Italia',
    locale: 'it-IT',
    currency: 'EUR',
    taxRate: 0.04,
    text: {
      tagline: 'Fresco dal campo, domani da te.',
      lead: 'I prodotti di 140 fattorie della regione, ordinati oggi, consegnati domani mattina.',
      search: 'Cerca',
      searchHint: 'Che cosa cerchi?',
      found: 'risultati',
      nothing: 'Nessun risultato',
      add: 'Aggiungi al carrello',
      added: 'Nel carrello',
      basket: 'Carrello',
      empty: 'Il tuo carrello è vuoto.',
      toCheckout: 'Alla cassa',
      checkout: 'Cassa',
      signIn: 'Accedi',
      signedIn: 'Benvenuta',
      email: 'E-mail',
      password: 'Password',
      signInFailed: 'Al momento non è possibile accedere.',
      wrongPassword: 'E-mail o password errata.',
      name: 'Nome',
      street: 'Via e numero civico',
      card: 'Numero della carta',
      delivery: 'Consegna',
      tax: 'IVA inclusa',
      total: 'Totale',
      pay: 'Paga ora',
      paying: 'Un attimo …',
      payFailed: 'Al momento non è possibile pagare. Non è stato addebitato nulla.',
      thanks: 'Grazie per il tuo ordine!',
      order: 'Numero d’ordine',
      all: 'Tutti i prodotti',
      sorry: 'Ci scusiamo, al momento qui non c’è nulla da vedere.',
    },
  },
} as const;

/** A market's name. */
export type Market = keyof typeof markets;

/** The words of a market's pages. */
export type Texts = { readonly [K in keyof (typeof markets)['de']['text']]: string };

/** Whether `name` is a market. */
export function isMarket(name: string): name is Market {
  return Object.hasOwn(markets, name);
}

/** A price as a customer of the market reads it. */
export function formatPrice(market: Market, cents: number, currency: string): string {
  return new Intl.NumberFormat(markets[market].locale, { style: 'currency', currency }).format(cents / 100);
}
