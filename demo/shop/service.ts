/**
 * What every server of the demo is: a listener of its own, with a health page and metrics of its own, as an
 * operations team would have them. These are the internal signals that stay green while users suffer.
 */
import type { Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { VedetteError } from '../../src/base/errors.ts';
import type { Certificate } from '../certificates.ts';
import { host } from '../ports.ts';

/** How long a stop waits for open requests before it cuts them, milliseconds. */
const stopMsMax = 500;

export interface ServiceOptions {
  readonly name: string;
  readonly port: number;
  /** What the service answers. */
  readonly app: Hono;
  /** Why the service knows that it is unwell; `undefined` when it believes that all is well. */
  readonly unwell?: () => string | undefined;
  /** More lines of the metrics page, in Prometheus' text format. */
  readonly metrics?: () => string;
  /** What stands between the network and the service: what it costs, the service's own metrics do not see. */
  readonly inFront?: (path: string) => Promise<void>;
  /** Serve https with it; plain http without. */
  readonly certificate?: Certificate;
}

/** A running server of the demo. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  /** Stops listening, so that connections are refused, and cuts those that are open. */
  refuse(): Promise<void>;
  /** Listens again. */
  accept(): Promise<void>;
  /** From the next connection on, shows another certificate. */
  show(certificate: Certificate): void;
}

/** What one service counts of its own requests. */
function createCounters(name: string) {
  const requests = new Map<number, number>();
  let seconds = 0;
  return {
    count(status: number, durationSeconds: number) {
      requests.set(status, (requests.get(status) ?? 0) + 1);
      seconds += durationSeconds;
    },
    text() {
      const total = [...requests.values()].reduce((sum, n) => sum + n, 0);
      return [
        '# HELP http_requests_total Requests answered.',
        '# TYPE http_requests_total counter',
        ...[...requests].map(([status, n]) => `http_requests_total{service="${name}",status="${status}"} ${n}`),
        '# HELP http_request_duration_seconds Time to answer.',
        '# TYPE http_request_duration_seconds summary',
        `http_request_duration_seconds_sum{service="${name}"} ${seconds}`,
        `http_request_duration_seconds_count{service="${name}"} ${total}`,
        '',
      ].join('\n');
    },
  };
}

/** The app as it is served: with its internal pages, and counted. */
function withInternals(options: ServiceOptions): Hono {
  const counters = createCounters(options.name);
  const served = new Hono();
  served.get('/healthz', (c) => {
    const unwell = options.unwell?.();
    return unwell === undefined ? c.json({ status: 'ok' }) : c.json({ status: 'unwell', why: unwell }, 503);
  });
  served.get('/metrics', (c) => c.text(counters.text() + (options.metrics?.() ?? '')));
  served.use(async (c, next) => {
    await options.inFront?.(c.req.path);
    const started = performance.now();
    await next();
    counters.count(c.res.status, (performance.now() - started) / 1_000);
  });
  served.route('/', options.app);
  return served;
}

/** Starts listening. @throws VedetteError `DEMO_LISTEN` when the port cannot be had. */
export function listen(server: Server | SecureServer, name: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) =>
      reject(
        new VedetteError('DEMO_LISTEN', `the demo's ${name} cannot listen on ${host}:${port}`, {
          mend: 'End what listens there, or start the demo with another --first-port.',
          cause,
        }),
      );
    server.once('error', failed);
    server.listen({ port, host }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/** Stops listening; connections that are still busy after a moment are cut. */
export async function close(server: Server | SecureServer): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), stopMsMax);
  await closed;
  clearTimeout(cut);
}

/** Starts a service of the demo on its port. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { fetch } = withInternals(options);
  const { certificate } = options;
  const secure = certificate && { createServer: createSecureServer, serverOptions: { ...certificate } };
  const server = createAdaptorServer({ fetch, ...secure }) as Server | SecureServer;
  await listen(server, options.name, options.port);
  return {
    name: options.name,
    async refuse() {
      const closed = close(server);
      server.closeAllConnections();
      await closed;
    },
    accept: () => (server.listening ? Promise.resolve() : listen(server, options.name, options.port)),
    show: (shown) => 'setSecureContext' in server && server.setSecureContext({ ...shown }),
    [Symbol.asyncDispose]: () => close(server),
  };
}
