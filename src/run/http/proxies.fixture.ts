/**
 * Proxies of tests.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect, createServer as createListener, type Socket } from 'node:net';
import type { Pair } from './certificates.fixture.ts';
import { type Listening, listening } from './trial.fixture.ts';

/** A proxy that notes what it was asked for. */
export interface TrialProxy<Asked> extends AsyncDisposable {
  readonly asked: readonly Asked[];
  readonly on: Listening;
}

export interface AskedConnect {
  readonly target: string | undefined;
  readonly authorization: string | undefined;
}

/** A CONNECT proxy that joins whoever asks to the target; over TLS with a certificate. */
export async function connectProxy(pair?: Pair): Promise<TrialProxy<AskedConnect>> {
  const asked: AskedConnect[] = [];
  const server: Server = pair === undefined ? createServer() : createSecure(pair);
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
    const [host, port] = (request.url ?? '').split(':');
    joined(client, connect({ host: host ?? '', port: Number(port) }), 'HTTP/1.1 200 OK\r\n\r\n');
  });
  const on = await listening(server);
  return { asked, on, [Symbol.asyncDispose]: () => on[Symbol.asyncDispose]() };
}

function joined(client: Socket, upstream: Socket, hello: string | Buffer) {
  upstream.once('connect', () => {
    client.write(hello);
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
  client.once('close', () => upstream.destroy());
}

/** A SOCKS5 proxy (RFC 1928) that knows names and IPv4 addresses, and answers with `reply`. */
export async function socksProxy(reply = 0): Promise<TrialProxy<string>> {
  const asked: string[] = [];
  const server = createListener((client) => {
    client.on('error', () => {});
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const named = request[3] === 3;
        const host = named
          ? request.toString('latin1', 5, 5 + (request[4] ?? 0))
          : [...request.subarray(4, 8)].join('.');
        const port = request.readUInt16BE(request.length - 2);
        asked.push(`${host}:${port}`);
        const hello = Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
        if (reply === 0) joined(client, connect({ host, port }), hello);
        else client.end(hello);
      });
    });
  });
  const on = await listening(server);
  return { asked, on, [Symbol.asyncDispose]: () => on[Symbol.asyncDispose]() };
}
