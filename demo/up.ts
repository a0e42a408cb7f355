/**
 * The whole demo: the shop, the control page, Vedette watching the shop, and what Vedette has seen so far.
 */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../src/base/config.ts';
import { VedetteError } from '../src/base/errors.ts';
import { heartbeatTokenName } from '../src/probe/heartbeat.ts';
import { startControl } from './control/control.ts';
import { createSwitches, type Switches } from './faults.ts';
import { freshFolder } from './folder.ts';
import { firstPortDefault, origin, portsFrom, requireFree } from './ports.ts';
import { copyProbes, probesDir } from './probes-copy.ts';
import { startShop } from './shop/shop.ts';
import { startVedette, type VedetteChild } from './vedette-child.ts';

/** Where the demo keeps its files, unless told otherwise; the probes look for the authority there. */
export const dataDirDefault = 'var/demo';
/** The heartbeat that the ERP sends, and how often, milliseconds. */
const exported = { probe: 'erp/nightly-export', everyMs: 10_000 } as const;
/** How long Vedette may take until it is up, milliseconds. */
const upMsMax = 30_000;

export interface DemoOptions {
  readonly firstPort: number;
  readonly dataDir: string;
  /** Ends it early, also while it starts. */
  readonly stop: AbortSignal;
}

/** A running demo. */
export interface Demo extends AsyncDisposable {
  readonly switches: Switches;
  readonly vedette: VedetteChild;
  readonly probesDir: string;
  readonly dataDir: string;
  readonly addresses: Readonly<Record<'control' | 'shop' | 'metrics' | 'heartbeats', string>>;
}

/** Waits until the recorder answers. */
async function waitUntilUp(vedette: VedetteChild, healthUrl: string, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + upMsMax;
  while (Date.now() < deadline) {
    const answer = await fetch(healthUrl, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await Promise.race([delay(200, undefined, { signal: stop }), vedette.died]);
  }
  throw new VedetteError(
    'VEDETTE_NOT_UP',
    `Vedette is not up after ${upMsMax / 1_000} s: ${healthUrl} does not answer 200`,
    {
      mend: `See its log, ${vedette.logPath}.`,
    },
  );
}

/** The probes that this demo is watched by: this repository's, or a copy that looks elsewhere. */
async function choosePaths(firstPort: number, dataDir: string) {
  const caPath = join(dataDir, 'authority.pem');
  if (firstPort === firstPortDefault && dataDir === resolve(dataDirDefault)) return { caPath, probes: probesDir };
  const probes = join(dataDir, 'probes');
  await copyProbes(probes, { firstPort, caPath });
  return { caPath, probes };
}

/**
 * Starts everything and waits until Vedette is up. Disposing it ends everything.
 * @param sights What the control page shows of the checks.
 * @throws VedetteError `PORTS_IN_USE`, `DEMO_FOLDER`, `VEDETTE_DIED` or `VEDETTE_NOT_UP`.
 */
export async function startDemo(
  options: DemoOptions,
  sights: Parameters<typeof startControl>[0]['sights'],
): Promise<Demo> {
  const { webPort, metricsPort } = readConfig();
  const ports = portsFrom(options.firstPort);
  await requireFree(
    Object.values(ports),
    'Another demo may be running; end it, or give this one its own ports: npm run demo -- --first-port 4200',
  );
  await requireFree(
    [webPort, metricsPort],
    'End what listens there, or choose others with VEDETTE_WEB_PORT and VEDETTE_METRICS_PORT.',
  );
  const dataDir = resolve(options.dataDir);
  await freshFolder(dataDir);
  const { caPath, probes } = await choosePaths(options.firstPort, dataDir);
  const secrets = { password: randomBytes(9).toString('base64url'), paymentKey: randomBytes(18).toString('base64url') };
  const token = randomBytes(18).toString('base64url');
  const addresses = {
    control: `${origin(ports.control)}/`,
    shop: `${origin(ports.shop)}/de`,
    metrics: `${origin(metricsPort)}/metrics`,
    heartbeats: `${origin(webPort)}/api/heartbeats/${exported.probe}`,
  };

  const switches = createSwitches();
  await using stack = new AsyncDisposableStack();
  const exports = { url: addresses.heartbeats, token, everyMs: exported.everyMs };
  stack.use(await startShop({ ports, switches, caPath, ...secrets, exports }));
  stack.use(await startControl({ ports, switches, sights, metricsUrl: addresses.metrics }));
  const vedette = stack.use(
    startVedette({
      dataDir,
      env: {
        VEDETTE_PROBES_DIR: probes,
        VEDETTE_DATA_DIR: dataDir,
        VEDETTE_WEB_PORT: String(webPort),
        VEDETTE_METRICS_PORT: String(metricsPort),
        SHOP_PASSWORD: secrets.password,
        PAYMENT_KEY: secrets.paymentKey,
        [heartbeatTokenName(exported.probe)]: token,
      },
    }),
  );
  await waitUntilUp(vedette, `${origin(metricsPort)}/healthz`, options.stop);
  const all = stack.move();
  return { switches, vedette, probesDir: probes, dataDir, addresses, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
