/**
 * The control server: switches faults, by hand on its page and by program over its API, and shows what Vedette and
 * the shop's own monitoring say of it.
 */
import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { type FaultName, faultNames, faults, isFault, type Switches } from '../faults.ts';
import { host, origin, type Ports } from '../ports.ts';
import { type Service, startService } from '../shop/service.ts';
import type { Sight } from '../watch.ts';
import { controlPage, seenFragment } from './page.ts';

/** How long a service's health page may take, milliseconds; beyond it the service counts as unwell. */
const healthMsMax = 800;
/** How long the services' health is kept, milliseconds. */
const healthKeptMs = 2_000;

/** One fault as the API tells it. */
export interface FaultState {
  readonly name: FaultName;
  readonly title: string;
  readonly description: string;
  readonly hidden: boolean;
  readonly on: boolean;
  /** Epoch ms. */
  readonly since?: number;
}

/** What a service says of itself. */
export interface Health {
  readonly name: string;
  readonly ok: boolean;
}

export interface ControlOptions {
  readonly ports: Ports;
  readonly switches: Switches;
  /** The latest of every check. */
  readonly sights: () => readonly Sight[];
  /** Address of Vedette's own metrics page. */
  readonly metricsUrl: string;
}

/** The state of every fault. */
function faultStates(switches: Switches): FaultState[] {
  return faultNames.map((name) => {
    const since = switches.since(name);
    return { name, ...faults[name], on: since !== undefined, ...(since === undefined ? {} : { since }) };
  });
}

/** Asks every service for its own health, at most every two seconds. */
function createHealth(ports: Ports): () => Promise<Health[]> {
  const { shop, catalog, search, orders, payment, erp, carrier, identity, thirdParty } = ports;
  const services = { shop, catalog, search, orders, payment, erp, carrier, identity, 'third party': thirdParty };
  let kept: { at: number; health: Promise<Health[]> } | undefined;
  const ask = async ([name, port]: [string, number]): Promise<Health> => {
    const answer = await fetch(`${origin(port)}/healthz`, { signal: AbortSignal.timeout(healthMsMax) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    return { name, ok: answer?.ok ?? false };
  };
  return () => {
    if (kept === undefined || Date.now() - kept.at > healthKeptMs) {
      kept = { at: Date.now(), health: Promise.all(Object.entries(services).map(ask)) };
    }
    return kept.health;
  };
}

/** The API: `GET /api/faults`, `PUT` and `DELETE /api/faults/:name`, `DELETE /api/faults` for all. */
function api(switches: Switches): Hono {
  const app = new Hono();
  app.get('/faults', (c) => c.json({ faults: faultStates(switches) }));
  app.delete('/faults', async (c) => {
    for (const name of switches.active()) await switches.turn(name, false);
    return c.json({ faults: faultStates(switches) });
  });
  app.on(['PUT', 'DELETE'], '/faults/:name', async (c) => {
    const name = c.req.param('name');
    if (!isFault(name)) return c.json({ error: `no fault "${name}"; there are ${faultNames.join(', ')}` }, 404);
    await switches.turn(name, c.req.method === 'PUT');
    return c.json({ faults: faultStates(switches) });
  });
  return app;
}

/** The control server's pages and API. */
function controlApp(options: ControlOptions): Hono {
  const { switches, ports } = options;
  const health = createHealth(ports);
  const app = new Hono();
  // Any page that is open in the same browser could otherwise turn switches.
  app.use('/faults/*', csrf());
  app.route('/api', api(switches));
  const view = async () => ({
    faults: faultStates(switches),
    sights: options.sights(),
    health: await health(),
    shopUrl: origin(ports.shop),
    metricsUrl: options.metricsUrl,
    now: Date.now(),
  });
  app.get('/', async (c) => c.html(controlPage(await view())));
  app.get('/seen', async (c) => c.html(seenFragment(await view())));
  app.post('/faults/:name', async (c) => {
    const name = c.req.param('name');
    if (!isFault(name)) return c.notFound();
    const form = await c.req.parseBody();
    await switches.turn(name, form.on === '1');
    return c.redirect('/', 303);
  });
  return app;
}

/** Starts the control server. @throws VedetteError `DEMO_LISTEN` when its port cannot be had. */
export function startControl(options: ControlOptions): Promise<Service> {
  return startService({ name: 'control page', port: options.ports.control, app: controlApp(options) });
}

/** Asks a running demo's control server. @returns The faults, or `undefined` where no demo runs. */
export async function askControl(port: number, method: 'GET' | 'PUT' | 'DELETE', fault?: FaultName) {
  const url = `http://${host}:${port}/api/faults${fault === undefined ? '' : `/${fault}`}`;
  const answer = await fetch(url, { method }).catch(() => undefined);
  if (answer === undefined || !answer.ok) return undefined;
  const { faults: states } = (await answer.json()) as { faults: FaultState[] };
  return states;
}
