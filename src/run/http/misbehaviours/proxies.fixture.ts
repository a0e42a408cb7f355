/**
 * Egress proxies: what is their fault is ours, what they say of the target is the target's.
 */
import { createServer } from 'node:net';
import { certificate, trust } from '../certificates.fixture.ts';
import { type AskedConnect, connectProxy, socksProxy, type TrialProxy } from '../proxies.fixture.ts';
import { answer, answerWith, type Listening, listening, refusingPort, serve, type Trial } from '../trial.fixture.ts';
import { broken, fail, pass, type Row, type Wanted } from './row.fixture.ts';

/** By address: blackbox_exporter looks a name up itself, proxy or not. Nobody is asked there. */
const target = '127.0.0.1:9';

const ours = 'Ours: the fault is the proxy’s, so nobody at the shop is woken; blackbox says that the shop is down.';
const told =
  'Both fail, but ours knows that the proxy speaks of the target; for plain http blackbox takes the proxy’s answer for the target’s own.';

type More = Partial<Pick<Row, 'module' | 'notThere' | 'difference'>> & {
  readonly scheme?: string;
  readonly trial?: Trial;
  readonly url?: string;
};

/** A target behind a proxy that does something; messages must name the proxy. */
function behind(name: string, listen: () => Promise<Listening>, wanted: Wanted, more: More = {}): Row {
  const { scheme = 'http', trial, url = `http://${target}/`, ...rest } = more;
  return {
    name: `${scheme} proxy: ${name}`,
    wanted,
    ...rest,
    async start() {
      const proxy = await listen();
      return {
        request: { url },
        trial: { egress: `${scheme}://${proxy.host}`, ...trial },
        host: proxy.host,
        open: proxy.open,
        [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
      };
    },
  };
}

function gone(scheme: string): Row {
  return {
    name: `${scheme} proxy: it is not there`,
    wanted: broken('proxy', 'connect', 'the proxy HOST cannot be used', 'connection refused'),
    difference: ours,
    async start() {
      const port = await refusingPort();
      return {
        request: { url: `http://${target}/` },
        trial: { egress: `${scheme}://${port.host}` },
        host: port.host,
        [Symbol.asyncDispose]: () => port[Symbol.asyncDispose](),
      };
    },
  };
}

/** A target that is well, reached through a proxy that is. */
function through(
  scheme: string,
  start: () => Promise<TrialProxy<AskedConnect> | TrialProxy<string>>,
  by = '127.0.0.1',
): Row {
  return {
    name: `${scheme} proxy: all is well, at ${by}`,
    wanted: pass({ status: 200, bytes: 4 }),
    async start() {
      const [server, proxy] = await Promise.all([serve((_request, response) => response.end('milk')), start()]);
      return {
        request: { url: `http://${by}:${server.port}/` },
        trial: { egress: `${scheme}://${proxy.on.host}` },
        host: server.host,
        open: () => proxy.on.open() + server.open(),
        async [Symbol.asyncDispose]() {
          await Promise.all([server[Symbol.asyncDispose](), proxy[Symbol.asyncDispose]()]);
        },
      };
    },
  };
}

const status = (error: string) => `HTTP/1.1 502 Bad Gateway\r\nproxy-status: fra; error=${error}\r\n\r\n`;
const says = (text: string) => () => answerWith(text);
const hangs = () => listening(createServer((socket) => socket.resume()));
const replies = (reply: number) => async () => (await socksProxy(reply)).on;
const late = { trial: { timeoutMs: 250 } };

export const proxyRows: readonly Row[] = [
  gone('http'),
  gone('socks5'),
  gone('https'),
  ...['http', 'socks5', 'https'].map((scheme) =>
    behind('it hangs', hangs, broken('proxy', 'connect', `the proxy HOST made no connection to ${target}`), {
      scheme,
      ...late,
      difference: ours,
    }),
  ),
  behind(
    'it wants a password',
    says('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    broken('proxy', 'connect', 'the proxy HOST made no connection', '407', `${target}`),
    { difference: ours },
  ),
  behind(
    'it forbids the target',
    says('HTTP/1.1 403 Forbidden\r\n\r\n'),
    broken('proxy', 'connect', 'the proxy HOST made no connection', '403'),
    { difference: ours },
  ),
  behind(
    'it fails and does not say why',
    says('HTTP/1.1 502 Bad Gateway\r\n\r\n'),
    broken('proxy', 'connect', 'HOST', '502'),
    { difference: ours },
  ),
  behind('it fails of its own', says(status('proxy_internal_error')), broken('proxy', 'connect', 'HOST', 'proxy_int'), {
    difference: ours,
  }),
  behind(
    'it speaks no HTTP',
    says('220 mail.example ESMTP\r\n\r\n'),
    broken('proxy', 'connect', 'the proxy HOST does not speak HTTP'),
    { difference: ours },
  ),
  behind(
    'it sends headers without end',
    says(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}`),
    broken('proxy', 'connect', 'the proxy HOST sent headers beyond'),
    { difference: ours },
  ),
  behind('it closes', says('HTTP/1.1 20'), broken('proxy', 'connect', 'the proxy HOST closed the connection'), {
    difference: ours,
  }),
  behind(
    'its certificate is self-signed',
    async () => {
      const pair = await certificate(undefined, [-1, 9]);
      return (await connectProxy(pair)).on;
    },
    broken('proxy', 'connect', 'the proxy HOST cannot be used', 'self-signed'),
    { scheme: 'https', difference: ours },
  ),
  behind(
    'it speaks plain http',
    () => serve((_request, response) => response.end()),
    broken('proxy', 'connect', 'the proxy HOST cannot be used', 'speaks plain HTTP on this port'),
    { scheme: 'https', difference: ours },
  ),
  behind(
    'the target refuses, it says',
    says(status('connection_refused')),
    fail('connect', 'connect', `connection refused by ${target}, says the proxy HOST`),
    { difference: told },
  ),
  behind(
    'the target cannot be reached, it says',
    says(status('destination_unavailable')),
    fail('connect', 'connect', `no route to ${target}, says the proxy HOST`),
    { difference: told },
  ),
  behind(
    'the target has no address, it says',
    says(status('dns_error')),
    fail('dns', 'connect', `no address for ${target}, says the proxy HOST`),
    { difference: told },
  ),
  behind(
    'the target ended the connection, it says',
    says(status('connection_terminated')),
    fail('reset', 'connect', `${target} ended the connection, says the proxy HOST`),
    { difference: told },
  ),
  behind(
    'the target is late, it says',
    says('HTTP/1.1 504 Gateway Timeout\r\n\r\n'),
    fail('timeout', 'connect', `${target} did not answer the proxy HOST in time`),
    { difference: told },
  ),
  {
    ...behind(
      'it makes a tunnel that is cut',
      () =>
        answer((socket) => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n', () => socket.once('data', () => socket.resetAndDestroy()));
        }),
      fail('reset', 'processing', `connection reset by ${target} before it sent an answer`),
    ),
    difference:
      'Ours: what happens in a tunnel that stands is between us and the target; for plain http blackbox makes no tunnel and takes the proxy’s 200 for the target’s.',
  },
  behind('it cannot', replies(1), broken('proxy', 'connect', 'the proxy HOST made no connection', 'Failure'), {
    scheme: 'socks5',
    difference: ours,
  }),
  behind('it must not', replies(2), broken('proxy', 'connect', 'the proxy HOST made no connection', 'NotAllowed'), {
    scheme: 'socks5',
    difference: ours,
  }),
  behind('no route, it says', replies(4), fail('connect', 'connect', `no route to ${target}, says the proxy HOST`), {
    scheme: 'socks5',
  }),
  behind('refused, it says', replies(5), fail('connect', 'connect', `connection refused by ${target}, says`), {
    scheme: 'socks5',
  }),
  behind('too late, it says', replies(6), fail('timeout', 'connect', `${target} did not answer the proxy HOST`), {
    scheme: 'socks5',
  }),
  behind(
    'it wants a password',
    () => answer((socket) => socket.end(Buffer.from([5, 0xff]))),
    broken('proxy', 'connect', 'the proxy HOST made no connection'),
    { scheme: 'socks5', difference: ours },
  ),
  behind(
    'it speaks HTTP',
    says('HTTP/1.1 400 Bad Request\r\n\r\n'),
    broken('proxy', 'connect', 'the proxy HOST made no connection'),
    { scheme: 'socks5', difference: ours },
  ),
];

export const proxyHealthyRows: readonly Row[] = [
  {
    ...through('http', connectProxy),
    difference:
      'Both, by their ways: ours asks a proxy for a tunnel whatever the scheme; blackbox asks it to forward plain http, which this proxy, a maker of tunnels alone, does not.',
  },
  through('socks5', socksProxy),
  through('socks5', socksProxy, 'localhost'),
  {
    name: 'http proxy: https, shaken hands with the target itself',
    wanted: pass({ status: 200, bytes: 4 }),
    async start() {
      const { good, ca } = await trust();
      const { createServer: createSecure } = await import('node:https');
      const server = await listening(createSecure(good, (_request, response) => response.end('milk')));
      const proxy = await connectProxy();
      return {
        request: { url: `https://${server.host}/`, tls: { ca } },
        trial: { egress: proxy.on.url },
        host: server.host,
        open: () => proxy.on.open() + server.open(),
        async [Symbol.asyncDispose]() {
          await Promise.all([server[Symbol.asyncDispose](), proxy[Symbol.asyncDispose]()]);
        },
      };
    },
  },
];
