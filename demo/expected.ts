/**
 * Which probes must see which fault, and how: the demo's promise, held by `tests/demo-faults.test.ts`.
 */
import type { Outcome, Reason } from '../src/result/result.ts';
import type { FaultName } from './faults.ts';

/** How the checks of one probe see a fault. */
export interface Expected {
  readonly probe: string;
  /** Variants that see it; all by default. */
  readonly variants?: readonly string[];
  /** Vantages that see it; all by default. */
  readonly vantages?: readonly string[];
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly step?: string;
  readonly suspect?: string;
}

const far = ['par', 'outside'] as const;

function illInParis(probe: string, step?: string): Expected {
  return { probe, vantages: ['par'], outcome: 'broken', reason: 'vantage', ...(step === undefined ? {} : { step }) };
}

/** By fault; probes that are not listed must not see it. */
export const expected: Readonly<Record<FaultName, readonly Expected[]>> = {
  'pay-button-dead': [{ probe: 'shop/checkout', outcome: 'fail', reason: 'assertion', step: 'pay' }],
  'search-empty': [
    { probe: 'search/query', outcome: 'fail', reason: 'json' },
    { probe: 'search/find', outcome: 'fail', reason: 'assertion', step: 'search for milk' },
  ],
  'wrong-currency': [
    { probe: 'shop/home', variants: ['fr'], outcome: 'fail', reason: 'body' },
    { probe: 'shop/catalog', variants: ['fr'], outcome: 'fail', reason: 'json' },
    { probe: 'shop/checkout', variants: ['fr'], outcome: 'fail', reason: 'assertion', step: 'see the total in euros' },
  ],
  'third-party-hangs': [
    { probe: 'third-party/widget', outcome: 'fail', reason: 'timeout' },
    ...['shop/checkout', 'shop/phone', 'search/find'].map(
      (probe) =>
        ({
          probe,
          outcome: 'fail',
          reason: 'dependency',
          step: 'open the shop',
          suspect: 'third-party',
        }) as const,
    ),
    {
      probe: 'shop/sign-in',
      outcome: 'fail',
      reason: 'dependency',
      step: 'open the sign-in page',
      suspect: 'third-party',
    },
  ],
  'one-market-broken': [
    { probe: 'shop/home', variants: ['it'], outcome: 'fail', reason: 'body' },
    { probe: 'shop/phone', variants: ['it'], outcome: 'fail', reason: 'element', step: 'put bread in the basket' },
  ],
  'reachable-from-one-vantage-only': [
    ...['shop/home', 'shop/catalog', 'shop/certificate', 'search/query'].map(
      (probe) => ({ probe, vantages: far, outcome: 'fail', reason: 'reset' }) as const,
    ),
    ...['shop/checkout', 'shop/phone'].map(
      (probe) => ({ probe, vantages: far, outcome: 'fail', reason: 'navigation', step: 'open the shop' }) as const,
    ),
    { probe: 'shop/sign-in', vantages: far, outcome: 'fail', reason: 'navigation', step: 'open the sign-in page' },
    { probe: 'shop/order-api', vantages: far, outcome: 'fail', reason: 'reset', step: 'place the order' },
    {
      probe: 'search/find',
      vantages: far,
      outcome: 'fail',
      reason: 'navigation',
      step: 'open the shop',
      suspect: 'shop',
    },
  ],
  // Its control target fails too: the vantage is ill, and no check of it says anything about the shop.
  'vantage-cut-off': [
    ...['carrier/rates', 'identity/keys', 'payment/methods', 'third-party/widget', 'shop/home'].map((probe) =>
      illInParis(probe),
    ),
    illInParis('search/find', 'open the shop'),
    illInParis('shop/sign-in', 'open the sign-in page'),
    illInParis('shop/order-api', 'sign in'),
  ],
  'shop-slow': [
    { probe: 'shop/home', outcome: 'degraded', reason: 'slow' },
    ...['shop/checkout', 'shop/phone', 'shop/sign-in'].map(
      (probe) => ({ probe, outcome: 'degraded', reason: 'slow' }) as const,
    ),
  ],
  'payment-down': [
    { probe: 'payment/methods', outcome: 'fail', reason: 'connect' },
    { probe: 'shop/checkout', outcome: 'fail', reason: 'dependency', step: 'pay', suspect: 'payment' },
    { probe: 'shop/order-api', outcome: 'fail', reason: 'dependency', step: 'hand over the card', suspect: 'payment' },
  ],
  'payment-hanging': [
    { probe: 'payment/methods', outcome: 'fail', reason: 'timeout' },
    { probe: 'shop/checkout', outcome: 'fail', reason: 'dependency', step: 'pay', suspect: 'payment' },
    { probe: 'shop/order-api', outcome: 'fail', reason: 'timeout', step: 'hand over the card', suspect: 'payment' },
  ],
  'payment-slow': [
    { probe: 'payment/methods', outcome: 'degraded', reason: 'slow' },
    { probe: 'shop/checkout', outcome: 'degraded', reason: 'slow' },
    { probe: 'shop/order-api', outcome: 'degraded', reason: 'slow' },
  ],
  'certificate-expired': [{ probe: 'shop/certificate', outcome: 'fail', reason: 'certificate' }],
  'certificate-expiring': [{ probe: 'shop/certificate', outcome: 'degraded', reason: 'certificate' }],
  'errors-500': [
    { probe: 'shop/home', outcome: 'fail', reason: 'status' },
    { probe: 'shop/certificate', outcome: 'fail', reason: 'status' },
    { probe: 'shop/checkout', outcome: 'fail', reason: 'status', step: 'sign in' },
    { probe: 'shop/sign-in', outcome: 'fail', reason: 'status', step: 'sign in' },
    { probe: 'shop/phone', outcome: 'fail', reason: 'status', step: 'put bread in the basket' },
    // Its own system is search: the shop's page stands in its way.
    { probe: 'search/find', outcome: 'fail', reason: 'status', step: 'search for milk', suspect: 'shop' },
  ],
  'redirect-loop': [
    { probe: 'shop/home', outcome: 'fail', reason: 'redirect' },
    { probe: 'shop/certificate', outcome: 'fail', reason: 'redirect' },
    ...['shop/checkout', 'shop/phone'].map(
      (probe) => ({ probe, outcome: 'fail', reason: 'navigation', step: 'open the shop' }) as const,
    ),
    { probe: 'shop/sign-in', outcome: 'fail', reason: 'navigation', step: 'open the sign-in page' },
    { probe: 'search/find', outcome: 'fail', reason: 'navigation', step: 'open the shop', suspect: 'shop' },
  ],
  'identity-errors': [
    { probe: 'shop/checkout', outcome: 'fail', reason: 'dependency', step: 'sign in', suspect: 'identity' },
    { probe: 'shop/sign-in', outcome: 'fail', reason: 'dependency', step: 'sign in', suspect: 'identity' },
    { probe: 'shop/order-api', outcome: 'fail', reason: 'dependency', step: 'sign in', suspect: 'identity' },
  ],
  'carrier-down': [{ probe: 'carrier/rates', outcome: 'fail', reason: 'connect' }],
  'erp-export-silent': [{ probe: 'erp/nightly-export', outcome: 'fail', reason: 'silent' }],
};
