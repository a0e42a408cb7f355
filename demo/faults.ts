/**
 * Every fault that the demo can show, a row each, and the switches that hold which of them are on.
 */

interface Fault {
  /** What it is, a few words. */
  readonly title: string;
  /** What users live through, one sentence. */
  readonly description: string;
  /** Hidden: the services' own health and metrics stay green while it is on. */
  readonly hidden: boolean;
}

export const faults = {
  'pay-button-dead': {
    title: 'The pay button does nothing',
    description: 'A script error on the checkout page: customers click "pay", and nothing happens.',
    hidden: true,
  },
  'search-empty': {
    title: 'Search finds nothing',
    description: 'The search index is empty: every search answers 200, with no product in it.',
    hidden: true,
  },
  'wrong-currency': {
    title: 'Dollars in France',
    description: 'The price feed of the French market is labelled in dollars; everything else works.',
    hidden: true,
  },
  'third-party-hangs': {
    title: 'A third-party script hangs the page',
    description: 'The reviews script never arrives, and every page of the shop waits for it.',
    hidden: true,
  },
  'one-market-broken': {
    title: 'Italy is broken',
    description: 'The Italian shop shows an apology instead of its products, with status 200.',
    hidden: true,
  },
  'reachable-from-one-vantage-only': {
    title: 'Reachable from Frankfurt only',
    description: 'A routing fault: connections to the shop from everywhere but Frankfurt are cut off.',
    hidden: true,
  },
  'vantage-cut-off': {
    title: 'Paris loses its network',
    description:
      'Nothing that leaves the vantage in Paris arrives anywhere; the shop and all of its customers are fine.',
    hidden: true,
  },
  'shop-slow': {
    title: 'The shop is slow',
    description: 'Requests queue in front of the shop for two seconds; the shop itself measures only what comes after.',
    hidden: true,
  },
  'payment-down': {
    title: 'Payment is down',
    description: 'The payment provider refuses connections.',
    hidden: false,
  },
  'payment-hanging': {
    title: 'Payment hangs',
    description: 'The payment provider accepts requests and never answers.',
    hidden: false,
  },
  'payment-slow': {
    title: 'Payment is slow',
    description: 'The payment provider takes three seconds for every answer.',
    hidden: false,
  },
  'certificate-expired': {
    title: 'The certificate has expired',
    description: 'The shop shows a certificate that expired yesterday.',
    hidden: false,
  },
  'certificate-expiring': {
    title: 'The certificate expires soon',
    description: 'The shop shows a certificate with five days left.',
    hidden: false,
  },
  'errors-500': {
    title: 'The shop answers 500',
    description: 'Every page of the shop is an internal server error.',
    hidden: false,
  },
  'redirect-loop': {
    title: 'A redirect loop',
    description: 'Every page of the shop redirects to its start page, and that one redirects back.',
    hidden: false,
  },
  'identity-errors': {
    title: 'Nobody can sign in',
    description: 'The identity provider answers 500 to every sign-in.',
    hidden: false,
  },
  'carrier-down': {
    title: 'The carrier is down',
    description: 'The carrier refuses connections; the shop falls back to its standard delivery price.',
    hidden: false,
  },
  'erp-export-silent': {
    title: 'The ERP export is silent',
    description: 'The ERP no longer reports that its nightly export ran.',
    hidden: false,
  },
} as const satisfies Record<string, Fault>;

/** The name of a fault. */
export type FaultName = keyof typeof faults;

/** All faults, in the order of the table. */
export const faultNames = Object.keys(faults) as readonly FaultName[];

/** Whether `name` is the name of a fault. */
export function isFault(name: string): name is FaultName {
  return Object.hasOwn(faults, name);
}

/** One switch turned. */
export interface Turn {
  readonly fault: FaultName;
  readonly on: boolean;
  /** Epoch ms. */
  readonly at: number;
}

/** Which faults are on. */
export interface Switches {
  on(fault: FaultName): boolean;
  /** Since when, epoch ms; `undefined` when it is off. */
  since(fault: FaultName): number | undefined;
  active(): FaultName[];
  /** Turns a switch, and resolves when the fault is in force everywhere; turning it to where it is does nothing. */
  turn(fault: FaultName, on: boolean): Promise<void>;
  /** Calls `listener` whenever a switch turns; `turn` waits for it. */
  watch(listener: (turn: Turn) => void | Promise<void>): void;
}

/** Switches, all off. */
export function createSwitches(): Switches {
  const since = new Map<FaultName, number>();
  const listeners: ((turn: Turn) => void | Promise<void>)[] = [];
  return {
    on: (fault) => since.has(fault),
    since: (fault) => since.get(fault),
    active: () => faultNames.filter((fault) => since.has(fault)),
    async turn(fault, on) {
      if (since.has(fault) === on) return;
      const at = Date.now();
      if (on) since.set(fault, at);
      else since.delete(fault);
      for (const listener of listeners) await listener({ fault, on, at });
    },
    watch: (listener) => void listeners.push(listener),
  };
}
