/**
 * Names, addresses and routes: trials that need a network of their own, with a name server and addresses that are
 * public in it.
 */
import { createServer } from 'node:http';
import { createServer as createListener } from 'node:net';
import { type Listening, listening, type Trial } from '../trial.fixture.ts';
import { silentPort } from './connection.fixture.ts';
import { metadataAddress, privateAddress, publicAddress } from './network.fixture.ts';
import { fail, pass, type Ready, type Row, type Wanted } from './row.fixture.ts';

type More = Partial<Pick<Row, 'module' | 'notThere' | 'difference'>> & {
  readonly request?: Partial<Ready['request']>;
  readonly trial?: Trial;
};

const milk = () => createServer((_request, response) => response.end('milk'));

/** A row about a name at which nobody need listen. */
function named(name: string, host: string, wanted: Wanted, more: More = {}): Row {
  const { request, trial, ...rest } = more;
  return {
    name,
    wanted,
    ...rest,
    start: () =>
      Promise.resolve({
        request: { url: `http://${host}/`, ...request },
        ...(trial === undefined ? {} : { trial }),
        host: `${host}:80`,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
  };
}

/** A row about a name behind which a server listens, at an address. */
function at(name: string, host: string, address: string, wanted: Wanted, more: More = {}): Row {
  const { request, trial, ...rest } = more;
  return {
    name,
    wanted,
    ...rest,
    async start() {
      const server = await listening(milk(), address);
      return ready([server], `${host}:${server.port}`, { request, trial });
    },
  };
}

function ready(
  servers: readonly Listening[],
  host: string,
  { request, trial }: { readonly request?: More['request'] | undefined; readonly trial?: Trial | undefined },
): Ready {
  return {
    request: { url: `http://${host}/`, ...request },
    ...(trial === undefined ? {} : { trial }),
    host,
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

/** A redirect from one place to another in that network. */
function leads(
  name: string,
  [from, home]: readonly [string, string],
  to: string,
  away: string,
  wanted: Wanted,
  more: More = {},
): Row {
  const { trial, ...rest } = more;
  return {
    name,
    wanted,
    ...rest,
    async start() {
      const target = await listening(milk(), away);
      const location = `http://${to}:${target.port}/`;
      const server = await listening(
        createServer((_request, response) => response.writeHead(302, { location }).end()),
        home,
      );
      return {
        ...ready([target, server], `${from}:${server.port}`, { trial }),
        host: `${to}:${target.port}`,
      };
    },
  };
}

/** A row that does not hang at an address that lets every packet fall, for there is another one. */
const silentSix: Row = {
  name: 'IPv6 lets every packet fall, and IPv4 is well',
  wanted: pass({ status: 200 }),
  async start() {
    const silent = await silentPort('::1');
    const server = createListener((socket) => {
      socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nmilk'));
    });
    await new Promise<void>((done) => server.listen(silent.port, '127.0.0.1', done));
    return {
      request: { url: `http://both.test:${silent.port}/` },
      trial: { timeoutMs: 3_000 },
      host: `both.test:${silent.port}`,
      async [Symbol.asyncDispose]() {
        server.close();
        await silent[Symbol.asyncDispose]();
      },
    };
  },
  difference:
    'Ours: browsers race the families (RFC 8305), so users see nothing of it; blackbox picks one family beforehand and waits.',
};

const guarded =
  'Ours: a target must not lead a vantage into its own network, where metadata and admin pages answer; blackbox follows.';
const four = 'Ours: browsers fall back to IPv4, so users see nothing of it; blackbox picks one family beforehand.';

/** Trials that run within a network of their own. */
export const nameRows: readonly Row[] = [
  named('there is no such name', 'gone.test', fail('dns', 'resolve', 'no address for gone.test', 'no such name')),
  named('the name has no address', 'empty.test', fail('dns', 'resolve', 'no address for empty.test')),
  named(
    'the resolver fails',
    'failing.test',
    fail('dns', 'resolve', 'failing.test cannot be looked up', 'the resolver fails or does not answer'),
  ),
  named('the resolver refuses', 'refused.test', fail('dns', 'resolve', 'refused.test cannot be looked up')),
  named(
    'the resolver is silent',
    'silent.test',
    fail('timeout', 'resolve', 'silent.test:80 was not looked up within 300ms', 'the resolver did not answer'),
    { trial: { timeoutMs: 300 } },
  ),
  named(
    'the resolver is silent for longer than the system waits for it',
    'silent.test',
    fail('dns', 'resolve', 'silent.test cannot be looked up', 'the resolver fails or does not answer'),
    { trial: { timeoutMs: 8_000 } },
  ),
  named(
    'the resolver sends garbage',
    'garbage.test',
    fail('timeout', 'resolve', 'garbage.test:80 was not looked up within 300ms'),
    { trial: { timeoutMs: 300 } },
  ),
  named(
    'the name has no address of the family asked for',
    'shop.test',
    fail('dns', 'resolve', 'no address for shop.test', 'the probe asks for IPv6 alone'),
    { request: { family: 6 } },
  ),
  named('there is no route', 'unrouted.test', fail('connect', 'connect', 'no route to HOST', '198.51.100.9: no route')),
  named(
    'a router says that it cannot be reached',
    'unreachable.test',
    fail('connect', 'connect', 'no route to HOST', '198.51.101.9: no route'),
  ),
  named(
    'the machine’s own policy forbids it',
    'forbidden.test',
    {
      outcome: 'broken',
      reason: 'vantage',
      phase: 'connect',
      says: ['this vantage is not allowed to connect to HOST'],
    },
    {
      difference:
        'Ours: what the vantage’s own firewall forbids is no fault of the shop; blackbox says that it is down.',
    },
  ),
  at(
    'the one family asked for is broken',
    'broken-six.test',
    '127.0.0.1',
    fail('connect', 'connect', 'no route to HOST', '2001:db8:dead::1: no route', 'the probe asks for IPv6 alone'),
    { request: { family: 6 } },
  ),
  at(
    'it listens on IPv4 alone, and IPv6 is asked for',
    'both.test',
    '127.0.0.1',
    fail('connect', 'connect', 'connection refused by HOST', '::1: refused', 'the probe asks for IPv6 alone'),
    { request: { family: 6 } },
  ),
  {
    name: 'nobody listens in either family',
    wanted: fail('connect', 'connect', 'connection refused by HOST', 'tried', '::1: refused', '127.0.0.1: refused'),
    start: async () => ready([], 'both.test:9', {}),
  },
  leads(
    'a public host leads into the private network',
    ['public.test', publicAddress],
    'inside.test',
    privateAddress,
    fail(
      'redirect',
      undefined,
      'public.test',
      '(public) leads to HOST, which is 10.9.8.7, a private address',
      "a system's hosts",
    ),
    { difference: guarded },
  ),
  leads(
    'a public host leads to this machine itself',
    ['public.test', publicAddress],
    'shop.test',
    '127.0.0.1',
    fail('redirect', undefined, 'leads to HOST, which is 127.0.0.1, a loopback address'),
    { difference: guarded },
  ),
  leads(
    'a private host leads to the metadata of a cloud, by a name',
    ['inside.test', privateAddress],
    'metadata.test',
    metadataAddress,
    fail('redirect', undefined, 'leads to HOST, which is 169.254.169.254, a link-local address'),
    { difference: guarded },
  ),
  leads(
    'a public host leads to a private one that a system claims',
    ['public.test', publicAddress],
    'inside.test',
    privateAddress,
    pass({ redirects: 1 }),
    { trial: { systems: { erp: { hosts: ['inside.test'] } } } },
  ),
  leads(
    'a private host leads to a public one',
    ['inside.test', privateAddress],
    'public.test',
    publicAddress,
    pass({ redirects: 1 }),
  ),
  at('a name of a name of a name', 'alias.test', '127.0.0.1', pass()),
  at('a host of IPv6 alone', 'six.test', '::1', pass()),
  at('IPv6 is broken, and IPv4 is well', 'broken-six.test', '127.0.0.1', pass(), { difference: four }),
  at('IPv6 refuses, and IPv4 is well', 'both.test', '127.0.0.1', pass(), { difference: four }),
  silentSix,
];
