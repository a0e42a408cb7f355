/**
 * A vantage's way out: a small HTTP proxy on the loopback interface. It tunnels (`CONNECT`) and forwards
 * (`GET http://…`). Each vantage has one of its own, so that a fault of the network can strike one and spare another.
 */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { close, listen } from './shop/service.ts';

/** Connections that an egress carries at a time. */
const connectionsMax = 500;

export interface EgressOptions {
  readonly name: string;
  readonly port: number;
  /** Whether the network beyond this egress cuts connections to `host:port`. */
  readonly cut: (target: string) => boolean;
}

/** Headers that concern this hop alone. */
const hopHeaders = new Set(['proxy-connection', 'proxy-authorization', 'connection', 'keep-alive']);

/** A connection that ends as it does when a router on the way drops the route: with a reset. */
function reset(socket: Socket) {
  socket.resetAndDestroy();
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, options: EgressOptions) {
  const url = URL.parse(incoming.url ?? '');
  if (url === null || url.protocol !== 'http:') {
    outgoing.writeHead(400).end('this is a proxy: ask it for http://HOST/PATH, or CONNECT\n');
    return;
  }
  if (options.cut(url.host)) return reset(incoming.socket);
  const headers = Object.entries(incoming.headers).filter(([name]) => !hopHeaders.has(name));
  const upstream = request(
    {
      host: url.hostname,
      port: url.port,
      method: incoming.method,
      path: url.pathname + url.search,
      headers: Object.fromEntries(headers),
      agent: false,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  // The target refuses or resets: whoever asked sees its connection end likewise.
  upstream.on('error', () => reset(incoming.socket));
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function tunnel(target: string, client: Socket, head: Buffer, options: EgressOptions) {
  const { hostname, port } = URL.parse(`http://${target}`) ?? { hostname: '', port: '' };
  if (options.cut(target)) {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n', () => reset(client));
    return;
  }
  const upstream = connect({ host: hostname, port: Number(port || 80) });
  upstream.once('connect', () => {
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  upstream.once('error', (error: NodeJS.ErrnoException) => {
    if (!upstream.connecting && upstream.bytesRead > 0) return reset(client);
    // RFC 9209: the proxy is well, the target refused it.
    const why = error.code === 'ECONNREFUSED' ? 'connection_refused' : 'connection_terminated';
    client.end(`HTTP/1.1 502 Bad Gateway\r\nproxy-status: ${options.name}; error=${why}\r\ncontent-length: 0\r\n\r\n`);
  });
  client.once('error', () => upstream.destroy());
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.destroySoon());
}

/** Starts an egress. */
export async function startEgress(options: EgressOptions): Promise<AsyncDisposable> {
  const server: Server = createServer((incoming, outgoing) => forward(incoming, outgoing, options));
  const tunnels = new Set<Socket>();
  server.maxConnections = connectionsMax;
  server.on('connect', (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    tunnels.add(client);
    client.once('close', () => tunnels.delete(client));
    client.on('error', () => client.destroy());
    tunnel(incoming.url ?? '', client, head, options);
  });
  await listen(server, `egress ${options.name}`, options.port);
  return {
    async [Symbol.asyncDispose]() {
      for (const client of tunnels) client.destroy();
      await close(server);
    },
  };
}
