/**
 * The whole shop: every system as a server of its own, in one process, and what each fault does to them.
 */
import { type Certificates, makeCertificates } from '../certificates.ts';
import { startEgress } from '../egress.ts';
import { startElsewhere } from '../elsewhere.ts';
import type { FaultName, Switches } from '../faults.ts';
import { origin, type Ports } from '../ports.ts';
import { carrierApp } from './carrier.ts';
import { catalogApp } from './catalog.ts';
import { erpApp, startExports } from './erp.ts';
import { identityApp } from './identity.ts';
import { ordersApp } from './orders.ts';
import { paymentApp } from './payment.ts';
import { searchApp } from './search.ts';
import { type Service, startService } from './service.ts';
import { storefrontApp, storefrontQueue } from './storefront.ts';
import { thirdPartyApp } from './third-party.ts';

export interface ShopOptions {
  readonly ports: Ports;
  readonly switches: Switches;
  /** Where the certificate of the authority is written, for the probes to trust. */
  readonly caPath: string;
  /** The customer's password. */
  readonly password: string;
  /** The shop's key at the payment provider. */
  readonly paymentKey: string;
  /** Where and how often the ERP reports its export. */
  readonly exports: { readonly url: string; readonly token: string; readonly everyMs: number };
}

/** Listeners that stand in the shop's own network. */
const ownNetwork = ['shop', 'catalog', 'search', 'orders', 'secureShop'] as const;

/** Why a service believes itself unwell while a plain fault is on; hidden faults are not in here. */
const complaints: Partial<Record<FaultName, string>> = {
  'errors-500': 'every request fails',
  'redirect-loop': 'no page was rendered for a while',
  'payment-hanging': 'all workers are busy',
  'payment-slow': 'answers take 3 s',
  'identity-errors': 'the user directory is not available',
  'certificate-expired': 'the certificate has expired',
  'certificate-expiring': 'the certificate expires in 5 days',
};

function complaint(switches: Switches, ...names: FaultName[]): () => string | undefined {
  return () => {
    const fault = names.find((name) => switches.on(name));
    return fault && complaints[fault];
  };
}

async function startServices(options: ShopOptions, certificates: Certificates) {
  const { ports, switches } = options;
  const at = {
    catalog: origin(ports.catalog),
    search: origin(ports.search),
    orders: origin(ports.orders),
    payment: origin(ports.payment),
    erp: origin(ports.erp),
    carrier: origin(ports.carrier),
    identity: origin(ports.identity),
    thirdParty: origin(ports.thirdParty),
  };
  const storefront = { app: storefrontApp(switches, at), inFront: storefrontQueue(switches) };
  const shopUnwell = complaint(switches, 'errors-500', 'redirect-loop');
  const exports = startExports(switches, options.exports);
  const erpMetrics = () =>
    '# HELP erp_export_age_seconds Time since the last export.\n# TYPE erp_export_age_seconds gauge\n' +
    `erp_export_age_seconds ${exports.ageSeconds()}\n`;
  const services = await Promise.all([
    startService({ name: 'shop', port: ports.shop, ...storefront, unwell: shopUnwell }),
    startService({ name: 'catalog', port: ports.catalog, app: catalogApp(switches) }),
    startService({ name: 'search', port: ports.search, app: searchApp(switches) }),
    startService({ name: 'orders', port: ports.orders, app: ordersApp(at) }),
    startService({ name: 'erp', port: ports.erp, app: erpApp(), metrics: erpMetrics }),
    startService({
      name: 'identity',
      port: ports.identity,
      app: identityApp(switches, options.password),
      unwell: complaint(switches, 'identity-errors'),
    }),
    startService({ name: 'third-party', port: ports.thirdParty, app: thirdPartyApp(switches) }),
  ]);
  const payment = await startService({
    name: 'payment',
    port: ports.payment,
    app: paymentApp(switches, options.paymentKey),
    unwell: complaint(switches, 'payment-hanging', 'payment-slow'),
  });
  const carrier = await startService({ name: 'carrier', port: ports.carrier, app: carrierApp() });
  const secureShop = await startService({
    name: 'secure shop',
    port: ports.secureShop,
    ...storefront,
    certificate: certificates.shop.good,
    unwell: complaint(switches, 'errors-500', 'redirect-loop', 'certificate-expired', 'certificate-expiring'),
  });
  return { payment, carrier, secureShop, exports, all: [...services, payment, carrier, secureShop] };
}

function startEgresses({ ports, switches }: ShopOptions) {
  const shop = new Set(ownNetwork.map((name) => `127.0.0.1:${ports[name]}`));
  const lost = (target: string) => switches.on('reachable-from-one-vantage-only') && shop.has(target);
  return Promise.all([
    startEgress({ name: 'fra', port: ports.egressFra, cut: () => false }),
    startEgress({ name: 'par', port: ports.egressPar, cut: (to) => switches.on('vantage-cut-off') || lost(to) }),
    startEgress({ name: 'outside', port: ports.egressOutside, cut: lost }),
  ]);
}

/** Refuses connections while the fault is on. */
function refuseWhile(switches: Switches, fault: FaultName, service: Service) {
  switches.watch(async (turn) => {
    if (turn.fault === fault) await (turn.on ? service.refuse() : service.accept());
  });
}

/**
 * Starts the shop, its external systems, the egresses of the vantages, and what lies elsewhere. Disposing it ends them
 * all.
 * @throws VedetteError `DEMO_LISTEN` when a port cannot be had.
 */
export async function startShop(options: ShopOptions): Promise<AsyncDisposable> {
  const { switches } = options;
  const stack = new AsyncDisposableStack();
  const certificates = await makeCertificates(options.caPath);
  const { payment, carrier, secureShop, exports, all } = await startServices(options, certificates);
  stack.use(exports);
  for (const service of all) stack.use(service);
  for (const egress of await startEgresses(options)) stack.use(egress);
  stack.use(await startElsewhere(options.ports.elsewhere));
  refuseWhile(switches, 'payment-down', payment);
  refuseWhile(switches, 'carrier-down', carrier);
  switches.watch(() => {
    const state = switches.on('certificate-expired')
      ? 'expired'
      : switches.on('certificate-expiring')
        ? 'expiring'
        : 'good';
    secureShop.show(certificates.shop[state]);
  });
  return stack;
}
