/**
 * What goes wrong, and what is odd, in HTTP/2.
 */
import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { createServer } from 'node:https';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import { trust } from '../certificates.fixture.ts';
import { type Listening, listening, type Trial } from '../trial.fixture.ts';
import { fail, type More, pass, type Row, readyOf, type Wanted } from './row.fixture.ts';

type Pair = { readonly key: string; readonly cert: string };

function over(name: string, listen: (good: Pair) => Promise<Listening>, wanted: Wanted, more: More = {}): Row {
  const { request, trial, ...rest } = more;
  return {
    name,
    wanted,
    ...rest,
    async start() {
      const { good, ca } = await trust();
      const server = await listen(good);
      return readyOf(server, { url: `https://${server.host}/`, tls: { ca }, http2: true, ...request }, trial);
    },
  };
}

/** A server of HTTP/2 that does with every stream what it likes. */
function streams(name: string, act: (stream: ServerHttp2Stream) => unknown, wanted: Wanted, more: More = {}): Row {
  const listen = (good: Pair) => {
    const server = createSecureServer(good);
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => {});
      stream.session?.on('error', () => {});
      act(stream);
    });
    server.on('sessionError', () => {});
    return listening(server);
  };
  return over(name, listen, wanted, more);
}

/** A server that agrees on HTTP/2 and sends these bytes when it is asked. */
function raw(name: string, act: (socket: TLSSocket) => unknown, wanted: Wanted, more: More = {}): Row {
  const listen = (good: Pair) =>
    listening(
      createTls({ ...good, ALPNProtocols: ['h2'] }, (socket) => {
        socket.on('error', () => {}).once('data', () => act(socket));
      }),
    );
  return over(name, listen, wanted, more);
}

const close = (code: number) => (stream: ServerHttp2Stream) => stream.close(code);
const trial = (timeoutMs: number): { trial: Trial } => ({ trial: { timeoutMs } });
/** A frame of a type, on a stream, with flags. */
function frame(type: number, stream: number, payload: string | readonly number[], flags = 0): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from([...payload]);
  return Buffer.concat([Buffer.from([0, 0, body.length, type, flags, 0, 0, 0, stream]), body]);
}
/** With which a server begins. */
const settings = frame(4, 0, []);
/** Status 200, and more to come. */
const headers = frame(1, 1, [0x88], 4);
const goaway = (code: number) => frame(7, 0, [0, 0, 0, 0, 0, 0, 0, code]);
const reset = (code: number) => frame(3, 1, [0, 0, 0, code]);

export const http2Rows: readonly Row[] = [
  streams('h2: never answers', () => {}, fail('timeout', 'processing', 'no answer from HOST within 400ms'), trial(400)),
  streams(
    'h2: stalls within its body',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('mil');
    },
    fail('timeout', 'transfer', 'no end of the answer from HOST', 'after 3 bytes'),
    trial(400),
  ),
  streams('h2: cancels the stream', close(constants.NGHTTP2_CANCEL), fail('reset', 'processing', 'HOST')),
  streams('h2: refuses the stream', close(constants.NGHTTP2_REFUSED_STREAM), fail('reset', 'processing', 'HOST')),
  streams('h2: fails by its own account', close(constants.NGHTTP2_INTERNAL_ERROR), fail('reset', 'processing', 'HOST')),
  streams('h2: demands HTTP/1.1', close(constants.NGHTTP2_HTTP_1_1_REQUIRED), fail('protocol', 'processing', 'HOST'), {
    difference:
      'Both fail; a browser would ask again in HTTP/1.1, so ask without http2: true where a server wants that.',
  }),
  ...(['fails', 'cancels'] as const).map((how, at) =>
    raw(
      `h2: ${how} the stream within the body`,
      (socket) => socket.write(Buffer.concat([settings, headers, frame(0, 1, 'mil'), reset([2, 8][at] ?? 0)])),
      fail('reset', 'transfer', 'HOST', '3 bytes of the body came'),
      trial(1_000),
    ),
  ),
  streams(
    'h2: sends less than it promised',
    (stream) => {
      stream.respond({ ':status': 200, 'content-length': 9 });
      stream.end('milk');
    },
    fail('reset', 'transfer', 'HOST', '4 of 9 bytes'),
  ),
  streams(
    'h2: closes the connection instead of answering',
    (stream) => stream.session?.socket.destroy(),
    fail('reset', 'processing', 'HOST'),
  ),
  streams(
    'h2: goes away with an error',
    (stream) => stream.session?.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0),
    fail('protocol', 'processing', 'HOST broke HTTP/2', 'error code 11'),
    trial(1_000),
  ),
  streams('h2: is busy', (stream) => stream.respond({ ':status': 503 }, { endStream: true }), {
    ...fail('status', undefined, 'HOST: status 503'),
    version: '2',
  }),
  streams(
    'h2: sends a body beyond the bound',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.end(Buffer.alloc(2 * 1024 * 1024));
    },
    fail('size', 'transfer', 'the body from HOST is larger than 1048576 bytes'),
    {
      difference:
        'Both, by their bounds: a check of ours reads at most 1 MiB and says so; blackbox reads without a bound unless body_size_limit is set.',
    },
  ),
  raw('h2: agrees on HTTP/2 and answers in HTTP/1.1', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'), {
    ...fail('protocol', 'processing', 'HOST broke HTTP/2'),
  }),
  raw(
    'h2: sends garbage',
    (socket) => socket.end(Buffer.alloc(64, 0xa7)),
    fail('protocol', 'processing', 'HOST broke HTTP/2'),
  ),
  raw(
    'h2: goes away before it answers',
    (socket) => socket.end(Buffer.concat([settings, goaway(0)])),
    fail('reset', 'processing', 'HOST'),
  ),
  raw('h2: closes after its settings', (socket) => socket.end(settings), fail('reset', 'processing', 'HOST')),
];

export const http2HealthyRows: readonly Row[] = [
  streams(
    'h2: an answer',
    (stream) => {
      stream.respond({ ':status': 200 });
      stream.end('milk');
    },
    pass({ version: '2', bytes: 4 }),
  ),
  streams(
    'h2: early hints, and trailers',
    (stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond({ ':status': 200 }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
      stream.end('milk');
    },
    pass({ version: '2', status: 200, bytes: 4 }),
  ),
  streams(
    'h2: goes away gracefully, after this answer',
    (stream) => {
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR, stream.id ?? 1);
      setTimeout(() => {
        stream.respond({ ':status': 200 });
        stream.end('milk');
      }, 10);
      // Else this server keeps the connection that its client has ended.
      stream.once('close', () => stream.session?.destroy());
    },
    pass({ version: '2', bytes: 4 }),
  ),
  raw(
    'h2: ends the stream with a reset that is no error',
    (socket) => socket.write(Buffer.concat([settings, headers, frame(0, 1, 'milk'), reset(0)])),
    pass({ version: '2', bytes: 4 }),
    {
      difference:
        'Arguable: NO_ERROR says that all is said (RFC 9113, section 8.1), and Chromium shows the page; Go wants the end marked too.',
    },
  ),
  over(
    'h2: wanted, but the server knows HTTP/1.1 alone',
    (good) => listening(createServer(good, (_request, response) => response.end('milk'))),
    pass({ version: '1.1', bytes: 4 }),
  ),
];
