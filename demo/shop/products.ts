/**
 * What the shop sells. Prices include tax; a picture is the inside of a 96 × 96 SVG.
 */
import type { Market } from './markets.ts';

interface Product {
  readonly sku: string;
  readonly name: Readonly<Record<Market, string>>;
  readonly unit: string;
  /** Euro cents, tax included. */
  readonly cents: number;
  readonly tint: string;
  readonly picture: string;
}

export const products: readonly Product[] = [
  {
    sku: 'milk',
    name: { de: 'Vollmilch', fr: 'Lait entier', it: 'Latte intero' },
    unit: '1 l',
    cents: 189,
    tint: '#dfeaf4',
    picture:
      '<path fill="#fff" d="M34 34l6-14h16l6 14v46H34z"/><path fill="#4d86b8" d="M34 48h28v18H34zM40 14h16v6H40z"/>',
  },
  {
    sku: 'bread',
    name: { de: 'Roggenbrot', fr: 'Pain de seigle', it: 'Pane di segale' },
    unit: '750 g',
    cents: 429,
    tint: '#f4e7d3',
    picture:
      '<path fill="#b5763a" d="M16 56c0-18 14-28 32-28s32 10 32 28c0 8-6 12-12 12H28c-6 0-12-4-12-12z"/><path stroke="#f0d2a8" stroke-width="4" stroke-linecap="round" d="M36 40l-6 14M50 38l-6 16M64 40l-6 14"/>',
  },
  {
    sku: 'eggs',
    name: { de: 'Freilandeier', fr: 'Œufs plein air', it: 'Uova all’aperto' },
    unit: '6',
    cents: 319,
    tint: '#f6efdf',
    picture:
      '<ellipse cx="36" cy="52" rx="15" ry="20" fill="#e3b98c"/><ellipse cx="60" cy="54" rx="15" ry="20" fill="#f2d7b6"/>',
  },
  {
    sku: 'cheese',
    name: { de: 'Bergkäse', fr: 'Fromage de montagne', it: 'Formaggio di malga' },
    unit: '300 g',
    cents: 649,
    tint: '#fbf0c9',
    picture:
      '<path fill="#f2c14e" d="M16 62l58-34 8 34v10H16z"/><circle cx="42" cy="60" r="5" fill="#d79f26"/><circle cx="64" cy="50" r="4" fill="#d79f26"/><circle cx="62" cy="66" r="3" fill="#d79f26"/>',
  },
  {
    sku: 'apples',
    name: { de: 'Äpfel', fr: 'Pommes', it: 'Mele' },
    unit: '1 kg',
    cents: 279,
    tint: '#f9dfda',
    picture:
      '<path fill="#cf4638" d="M48 36c10-10 28-4 28 16 0 16-12 28-20 28-4 0-5-2-8-2s-4 2-8 2c-8 0-20-12-20-28 0-20 18-26 28-16z"/><path stroke="#5d4a2c" stroke-width="4" stroke-linecap="round" fill="none" d="M48 36c0-8 2-12 6-16"/>',
  },
  {
    sku: 'tomatoes',
    name: { de: 'Tomaten', fr: 'Tomates', it: 'Pomodori' },
    unit: '500 g',
    cents: 349,
    tint: '#fbe0d5',
    picture:
      '<circle cx="48" cy="54" r="26" fill="#e2543a"/><path fill="#4f8a4b" d="M48 34l-14-8 4 10-10 2 14 4 6 8 6-8 14-4-10-2 4-10z"/>',
  },
  {
    sku: 'pasta',
    name: { de: 'Nudeln', fr: 'Pâtes', it: 'Pasta' },
    unit: '500 g',
    cents: 199,
    tint: '#f7ecd0',
    picture:
      '<g stroke="#dba63c" stroke-width="5" stroke-linecap="round"><path d="M34 22v54M42 18v60M50 20v58M58 18v60M66 24v52"/></g><path fill="#b9483c" d="M28 44h44v10H28z"/>',
  },
  {
    sku: 'oil',
    name: { de: 'Olivenöl', fr: 'Huile d’olive', it: 'Olio d’oliva' },
    unit: '500 ml',
    cents: 899,
    tint: '#e9eed4',
    picture:
      '<path fill="#7b8f3a" d="M42 14h12v16l8 10v36c0 4-2 6-6 6H40c-4 0-6-2-6-6V40l8-10z"/><path fill="#f3efd8" d="M38 50h20v18H38z"/>',
  },
  {
    sku: 'honey',
    name: { de: 'Blütenhonig', fr: 'Miel de fleurs', it: 'Miele di fiori' },
    unit: '250 g',
    cents: 549,
    tint: '#fbe8bf',
    picture:
      '<path fill="#e6a01f" d="M28 36h40v34c0 6-4 10-10 10H38c-6 0-10-4-10-10z"/><path fill="#8a5a1c" d="M26 26h44v10H26z"/><path fill="#fff3d6" d="M36 48h24v16H36z"/>',
  },
  {
    sku: 'coffee',
    name: { de: 'Kaffee', fr: 'Café', it: 'Caffè' },
    unit: '500 g',
    cents: 1099,
    tint: '#e9ddd3',
    picture:
      '<path fill="#5b3a29" d="M22 40h44v22c0 10-8 16-16 16H38c-8 0-16-6-16-16z"/><path fill="none" stroke="#5b3a29" stroke-width="6" d="M66 46h6c6 0 6 16-6 16"/><path stroke="#a98a75" stroke-width="4" stroke-linecap="round" fill="none" d="M36 32c-4-6 4-8 0-14M50 32c-4-6 4-8 0-14"/>',
  },
  {
    sku: 'chocolate',
    name: { de: 'Schokolade', fr: 'Chocolat', it: 'Cioccolato' },
    unit: '100 g',
    cents: 259,
    tint: '#ecdccf',
    picture:
      '<path fill="#6b3f26" d="M26 18h44v60H26z"/><path stroke="#8d5a3b" stroke-width="3" d="M26 38h44M26 58h44M48 18v60"/>',
  },
  {
    sku: 'carrots',
    name: { de: 'Karotten', fr: 'Carottes', it: 'Carote' },
    unit: '1 kg',
    cents: 169,
    tint: '#fbe3cd',
    picture:
      '<path fill="#e9812f" d="M40 34c8-4 16-2 18 4L36 80c-2 4-6 2-6-2z"/><path fill="#4f8a4b" d="M48 34c-4-12 0-18 4-20 0 6 2 8 2 8s4-8 12-8c0 8-6 12-10 18z"/>',
  },
];

/** The product of a stock-keeping unit. */
export function productOf(sku: string): Product | undefined {
  return products.find((product) => product.sku === sku);
}
