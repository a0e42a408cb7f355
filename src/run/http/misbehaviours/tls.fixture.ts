/**
 * Handshakes that fail or stand still, and certificates that nobody should trust.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import { authority, certificate, fileOf, type Pair, type Trust, trust } from '../certificates.fixture.ts';
import { answer, type Listening, listening, serve, type Trial } from '../trial.fixture.ts';
import { fail, head, pass, type Ready, type Row, readyOf, type Wanted } from './row.fixture.ts';

type More = Partial<Pick<Row, 'module' | 'notThere' | 'difference'>> & {
  readonly request?: Partial<Ready['request']>;
  readonly trial?: Trial;
  /** The name or address by which the server is asked. */
  readonly by?: string;
};

/** A row over https; the root is trusted unless the request says otherwise. */
function over(name: string, listen: (known: Trust) => Promise<Listening>, wanted: Wanted, more: More = {}): Row {
  const { request, trial, by = '127.0.0.1', ...rest } = more;
  return {
    name,
    wanted,
    ...rest,
    async start() {
      const known = await trust();
      const server = await listen(known);
      const asked = { url: `https://${by}:${server.port}/`, tls: { ca: known.ca }, ...request };
      return { ...readyOf(server, asked, trial), host: `${by}:${server.port}` };
    },
  };
}

/** A server that shows a certificate made for it. */
function shows(
  name: string,
  make: (known: Trust) => Promise<Pair>,
  wanted: Wanted,
  more: More & { readonly options?: ServerOptions } = {},
): Row {
  const { options, ...rest } = more;
  const listen = async (known: Trust) => {
    const pair = await make(known);
    return listening(createServer({ ...pair, ...options }, (_request, response) => response.end('milk')));
  };
  return over(name, listen, wanted, rest);
}

/** A server that says something when a handshake begins. */
function says(name: string, act: (socket: Socket) => unknown, wanted: Wanted, more: More = {}): Row {
  return over(name, () => answer(act), wanted, more);
}

/** A server that shakes hands and then does what it likes. */
function after(name: string, act: (socket: TLSSocket) => unknown, wanted: Wanted, more: More = {}): Row {
  const listen = ({ good }: Trust) =>
    listening(createTls(good, (socket) => void socket.on('error', () => {}).once('data', () => act(socket))));
  return over(name, listen, wanted, more);
}

const alert = (code: number) => (socket: Socket) => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, code]));
const refused = (...saying: string[]) =>
  fail('certificate', 'tls', 'the certificate of HOST is not accepted', ...saying);
const chain = (leaf: Pair, ...above: Pair[]) => ({
  key: leaf.key,
  cert: [leaf, ...above].map(({ cert }) => cert).join('\n'),
});
const short = { trial: { timeoutMs: 250 } };

/** OpenSSL's own server, which demands a client certificate in the handshake; Node's lets the handshake pass. */
function demands(
  name: string,
  version: string,
  wanted: Wanted,
  request: () => Promise<Partial<Ready['request']>>,
): Row {
  return {
    name,
    wanted,
    needs: 'openssl',
    async start() {
      const { good, ca } = await trust();
      const files = ['-key', fileOf('good.key', good.key), '-cert', fileOf('good.pem', good.cert), '-CAfile', ca];
      const demand = [version, '-Verify', '1', '-verify_return_error'];
      const args = ['s_server', '-accept', '127.0.0.1:0', '-www', ...demand, ...files];
      const child = spawn('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] });
      const port = await acceptedAt(child.stdout);
      return {
        request: { url: `https://127.0.0.1:${port}/`, tls: { ca }, ...(await request()) },
        host: `127.0.0.1:${port}`,
        async [Symbol.asyncDispose]() {
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
      };
    },
  };
}

/** OpenSSL says where it listens. */
function acceptedAt(output: Readable): Promise<number> {
  let said = '';
  return new Promise((found, failed) => {
    output.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const port = /^ACCEPT .*:(\d+)$/m.exec(said)?.[1];
      if (port !== undefined) found(Number(port));
    });
    output.once('end', () => failed(new Error(`openssl s_server ended: ${said}`)));
  });
}

async function shown(ca: Pair | undefined): Promise<Partial<Ready['request']>> {
  const { ca: path } = await trust();
  const client = await certificate(ca, [-1, 9], 'vedette');
  const name = `client-${ca === undefined ? 'own' : 'good'}`;
  return { tls: { ca: path, cert: fileOf(`${name}.pem`, client.cert), key: fileOf(`${name}.key`, client.key) } };
}

export const tlsRows: readonly Row[] = [
  shows('its certificate has expired', ({ root }) => certificate(root, [-30, -1]), refused('it expired on 2')),
  shows(
    'its certificate is not valid yet',
    ({ root }) => certificate(root, [2, 9]),
    refused('it is valid only from 2'),
  ),
  shows(
    'its certificate is for another host',
    ({ root }) => certificate(root, [-1, 9], 'bakery.example'),
    refused('it is for another host (DNS:bakery.example)'),
  ),
  shows(
    'its certificate names no host',
    ({ root }) => certificate(root, [-1, 9], ''),
    refused('it is for another host (it names none)'),
  ),
  shows(
    'its certificate is self-signed',
    () => certificate(undefined, [-1, 9]),
    refused('it is self-signed: no authority vouches for it'),
  ),
  shows(
    'its certificate is of an unknown authority, which it shows',
    async ({ other }) => chain(await certificate(other, [-1, 9]), other),
    refused('its issuer is not known here', '(CN=other) that is not trusted'),
  ),
  shows(
    'its certificate is of an unknown authority, alone',
    ({ other }) => certificate(other, [-1, 9]),
    refused('it was sent alone, without the certificate of its issuer (CN=other)'),
  ),
  shows(
    'it leaves the intermediate out',
    async ({ root }) => certificate(await authority('between', 20, root), [-1, 9]),
    refused('it was sent alone, without the certificate of its issuer (CN=between)', 'the intermediate is missing'),
  ),
  shows(
    'its intermediate has expired',
    async ({ root }) => {
      const between = await authority('between', -1, root);
      return chain(await certificate(between, [-50, 9]), between);
    },
    refused('a certificate in its chain has expired; its own ends 2'),
  ),
  shows(
    'its certificate will soon expire',
    ({ root }) => certificate(root, [-60, 5]),
    { outcome: 'degraded', reason: 'certificate', says: ['HOST expires in', 'expected at least 14 days'] },
    {
      trial: { expect: { certificateDays: 14 } },
      notThere: 'blackbox_exporter has no such bound; a Prometheus rule over probe_ssl_earliest_cert_expiry does it',
    },
  ),
  shows(
    'its intermediate will soon expire, though its own will not',
    async ({ root }) => {
      const between = await authority('between', 5, root);
      return chain(await certificate(between, [-50, 90]), between);
    },
    { outcome: 'degraded', reason: 'certificate', says: ['HOST expires in', 'expected at least 14 days'] },
    {
      trial: { expect: { certificateDays: 14 } },
      notThere: 'blackbox_exporter has no such bound; a Prometheus rule over probe_ssl_earliest_cert_expiry does it',
    },
  ),
  shows(
    'it speaks TLS 1.1 and no later',
    ({ good }) => Promise.resolve(good),
    fail('tls', 'tls', 'HOST speaks neither TLS 1.2 nor 1.3', 'too old'),
    { options: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } },
  ),
  shows(
    'it shares no cipher',
    ({ good }) => Promise.resolve(good),
    fail('tls', 'tls', 'HOST refuses the handshake (TLS alert 40)', 'cipher'),
    { options: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0' } },
  ),
  over(
    'it speaks plain http on a TLS port',
    () => serve((_request, response) => response.end('milk')),
    fail('tls', 'tls', 'HOST speaks plain HTTP on this port, not TLS', 'HTTP/1.1 400 Bad Request', 'http://'),
  ),
  says(
    'it speaks SSH on a TLS port',
    (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
    fail('tls', 'tls', 'what HOST sent in the handshake is not TLS', 'it begins with "SSH-2.0'),
  ),
  says(
    'it sends garbage in the handshake',
    (socket) => socket.end(Buffer.from('9f3c1a2277aa00bbccddeeff', 'hex')),
    fail('tls', 'tls', 'what HOST sent in the handshake is not TLS', 'bytes 9f3c1a2277aa00bb'),
  ),
  says('it fails in the handshake', alert(80), fail('tls', 'tls', 'HOST failed in the handshake', 'TLS alert 80')),
  says(
    'it knows no such host (SNI)',
    alert(112),
    fail('tls', 'tls', 'HOST knows no host of the name', 'TLS alert 112'),
  ),
  says(
    'it resets within the handshake',
    (socket) => socket.resetAndDestroy(),
    fail('reset', 'tls', 'connection reset by HOST during the TLS handshake'),
  ),
  says(
    'it closes within the handshake',
    (socket) => socket.end(),
    fail('reset', 'tls', 'HOST closed the connection during the TLS handshake'),
  ),
  says(
    'it closes within a record of the handshake',
    (socket) => socket.end(Buffer.from('160303004a0200', 'hex')),
    fail('reset', 'tls', 'HOST closed the connection during the TLS handshake'),
  ),
  says(
    'it never answers the handshake',
    () => {},
    fail('timeout', 'tls', 'no end of the TLS handshake with HOST within 250ms'),
    short,
  ),
  says(
    'it stalls within the handshake',
    (socket) => socket.write(Buffer.from('160303004a0200', 'hex')),
    fail('timeout', 'tls', 'no end of the TLS handshake with HOST within 250ms'),
    short,
  ),
  demands(
    'it demands a client certificate (TLS 1.2)',
    '-tls1_2',
    fail('tls', 'tls', 'HOST refuses the handshake (TLS alert 40)', 'wants a client certificate'),
    () => Promise.resolve({}),
  ),
  demands(
    'it demands a client certificate (TLS 1.3)',
    '-tls1_3',
    fail('tls', 'processing', 'HOST wants a client certificate and was shown none (TLS alert 116)'),
    () => Promise.resolve({}),
  ),
  demands(
    'it does not accept the client certificate',
    '-tls1_3',
    fail('tls', 'processing', 'HOST does not accept the client certificate'),
    () => shown(undefined),
  ),
  over(
    'it wants a client certificate, as nginx says',
    ({ good }) =>
      listening(
        createServer(good, (_request, response) =>
          response
            .writeHead(400, { 'content-type': 'text/html' })
            .end('<html><head><title>400 No required SSL certificate was sent</title></head></html>'),
        ),
      ),
    fail('status', undefined, 'HOST: status 400', 'No required SSL certificate was sent'),
  ),
  after(
    'it shakes hands and never answers',
    () => {},
    fail('timeout', 'processing', 'no answer from HOST within 400ms'),
    { trial: { timeoutMs: 400 } },
  ),
  after(
    'it shakes hands and closes',
    (socket) => socket.end(),
    fail('reset', 'processing', 'HOST closed the connection before it sent an answer'),
  ),
  after(
    'it cuts its body short, in TLS',
    (socket) => socket.end(`${head}content-length: 9\r\n\r\nmilk`),
    fail('reset', 'transfer', 'HOST closed the connection within its answer', '4 of 9 bytes'),
  ),
];

export const tlsHealthyRows: readonly Row[] = [
  shows('https', ({ good }) => Promise.resolve(good), pass({ version: '1.1' })),
  shows('TLS 1.2 and no later', ({ good }) => Promise.resolve(good), pass(), { options: { maxVersion: 'TLSv1.2' } }),
  shows(
    'a chain with certificates that do not belong to it',
    async ({ root, other }) => {
      const between = await authority('between', 20, root);
      return chain(await certificate(between, [-1, 9]), other, between, await certificate(other, [-1, 9]));
    },
    pass(),
  ),
  shows('a chain that holds its root too', ({ good, root }) => Promise.resolve(chain(good, root)), pass()),
  over(
    'another certificate by name (SNI)',
    async ({ root, good }) => {
      const wrong = await certificate(root, [-1, 9], 'bakery.example');
      const server = createServer(wrong, (_request, response) => response.end('milk'));
      server.addContext('localhost', good);
      return listening(server);
    },
    pass(),
    { by: 'localhost' },
  ),
  over(
    'a server that does not know ALPN',
    ({ good }) =>
      listening(
        createTls(good, (socket) => {
          socket.on('error', () => {}).once('data', () => socket.end(`${head}content-length: 4\r\n\r\nmilk`));
        }),
      ),
    pass({ bytes: 4, version: '1.1' }),
    { request: { http2: true } },
  ),
  {
    name: 'a client certificate, where it is demanded',
    wanted: pass(),
    async start() {
      const { good, root } = await trust();
      const options = { ...good, ca: root.cert, requestCert: true };
      const server = await listening(createServer(options, (_request, response) => response.end('milk')));
      return readyOf(server, { url: `https://${server.host}/`, ...(await shown(root)) });
    },
  },
];
