/** The small server that every worker has: `/metrics` for Prometheus, `/healthz` for whoever restarts it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { asError, VedetteError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Exposition } from './process-metrics.ts';

const requestMsMax = 10_000;
/** Smaller answers are sent as they are, bytes. */
const gzipBytesMin = 4_096;

/** How a worker is; `reasons` says what is wrong, one sentence each. */
export interface Health {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

export interface MetricsServer extends AsyncDisposable {
  /** The port it listens on, also when 0 was asked for. */
  readonly port: number;
}

/**
 * Serves `/metrics` (`?vantage=` for the part of one, empty for what belongs to none) and `/healthz` (200 or 503,
 * with the reasons as JSON).
 * @throws VedetteError `METRICS_PORT` when the address cannot be listened on
 */
export async function serveMetrics(options: {
  readonly host: string;
  readonly port: number;
  readonly exposition: Exposition['exposition'];
  readonly health: () => Health | Promise<Health>;
  readonly log: Logger;
}): Promise<MetricsServer> {
  const { host, port, log } = options;
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      log.error({ err: asError(error) }, 'a request for metrics or health failed');
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
      response.end('the answer could not be made; the log says why\n');
    });
  });
  server.requestTimeout = requestMsMax;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new VedetteError('METRICS_PORT', `cannot listen on ${host}:${port} for metrics: ${asError(cause).message}`, {
      mend: 'Set VEDETTE_METRICS_PORT to a free port, or to 0 for any.',
      cause,
    });
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { exposition, health }: Pick<Parameters<typeof serveMetrics>[0], 'exposition' | 'health'>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://worker');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
  } else if (url.pathname === '/healthz') {
    const state = await health();
    response.writeHead(state.ok ? 200 : 503, { 'content-type': 'application/json' }).end(`${JSON.stringify(state)}\n`);
  } else if (url.pathname === '/metrics') {
    await sendMetrics(request, response, await exposition(url.searchParams.get('vantage') ?? undefined));
  } else {
    response
      .writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      .end('here are only /metrics and /healthz\n');
  }
}

async function sendMetrics(request: IncomingMessage, response: ServerResponse, text: string): Promise<void> {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
  const small = text.length < gzipBytesMin || !/\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (small) {
    response.writeHead(200, headers).end(text);
    return;
  }
  // In a thread of its own, and fast rather than small: tens of megabytes of text are scraped over and over.
  const packed = await promisify(gzip)(text, { level: constants.Z_BEST_SPEED });
  response.writeHead(200, { ...headers, 'content-encoding': 'gzip', vary: 'accept-encoding' }).end(packed);
}
