/**
 * Servers that are odd, and well: a check of them must pass.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { listening, serve } from '../trial.fixture.ts';
import { encoded } from './bodies.fixture.ts';
import { does, head, pass, type Row, rowOf, sends } from './row.fixture.ts';

const milk = Buffer.from('milk'.repeat(100));
const reads = { trial: { expect: { body: { contains: ['milk'] } } } };
/** A piece that compression leaves nowhere as it is. */
const decoded = { trial: { expect: { body: { contains: ['milkmilk'] } } } };
const mib = 1024 * 1024;
const undone = (coding: string) =>
  `Ours: we read ${coding} as browsers do and find the text; blackbox 0.23 cannot, and sees only bytes.`;

export const healthyRows: readonly Row[] = [
  sends(
    'a bare answer',
    `${head}content-length: 4\r\n\r\nmilk`,
    pass({ status: 200, bytes: 4, version: '1.1' }),
    reads,
  ),
  sends('HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\nmilk', pass({ version: '1.0', bytes: 4 }), reads),
  sends('no reason phrase', 'HTTP/1.1 200 \r\ncontent-length: 4\r\n\r\nmilk', pass({ bytes: 4 }), reads),
  sends('no space after the status', 'HTTP/1.1 200\r\ncontent-length: 4\r\n\r\nmilk', pass({ bytes: 4 }), reads),
  sends('a body that ends where the connection does', `${head}\r\nmilk`, pass({ bytes: 4 }), reads),
  does(
    'a connection that is kept after the body has ended',
    (socket) => socket.write(`${head}connection: keep-alive\r\ncontent-length: 4\r\n\r\nmilk`),
    pass({ bytes: 4 }),
    { trial: { ...reads.trial, timeoutMs: 1_000 } },
  ),
  does(
    'a reset after the whole answer',
    (socket) =>
      socket.write(`${head}content-length: 4\r\n\r\nmilk`, () => setTimeout(() => socket.resetAndDestroy(), 5)),
    pass({ bytes: 4 }),
    reads,
  ),
  sends('more than it promised', `${head}content-length: 4\r\n\r\nmilk and more`, pass({ bytes: 4 }), reads),
  sends(
    'the same length twice',
    `${head}content-length: 4\r\ncontent-length: 4\r\n\r\nmilk`,
    pass({ bytes: 4 }),
    reads,
  ),
  sends('a space before a colon', `${head}x-odd : 1\r\ncontent-length : 4\r\n\r\nmilk`, pass({ bytes: 4 }), reads),
  sends(
    'lines that end with LF alone',
    'HTTP/1.1 200 OK\ncontent-length: 4\nx-a: b\n\nmilk',
    pass({ bytes: 4 }),
    reads,
  ),
  sends(
    'a header folded over two lines',
    `${head}x-a: b\r\n  c\r\ncontent-length: 4\r\n\r\nmilk`,
    pass({ bytes: 4 }),
    reads,
  ),
  sends('headers in odd letters', `${head}CONTENT-length: 4\r\nX-Odd: \xe9\r\n\r\nmilk`, pass({ bytes: 4 }), reads),
  sends(
    'early hints',
    `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${head}content-length: 4\r\n\r\nmilk`,
    pass({ status: 200, bytes: 4 }),
    reads,
  ),
  sends(
    'a continue that nobody asked for',
    `HTTP/1.1 100 Continue\r\n\r\n${head}content-length: 4\r\n\r\nmilk`,
    pass({ status: 200, bytes: 4 }),
    reads,
  ),
  does(
    'a processing note, a pause, and hints in pieces',
    (socket) => {
      socket.write('HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 10');
      setTimeout(() => socket.end(`3 Early Hints\r\n\r\n${head}content-length: 4\r\n\r\nmilk`), 20);
    },
    pass({ status: 200, bytes: 4 }),
    reads,
  ),
  does(
    'an answer a byte at a time',
    (socket) => {
      const bytes = [...'HTTP/1.0 200 OK\r\ncontent-length: 4\r\n\r\nmilk'];
      const next = () => {
        const byte = bytes.shift();
        if (byte === undefined) socket.end();
        else socket.write(byte, () => setImmediate(next));
      };
      socket.setNoDelay(true);
      next();
    },
    pass({ version: '1.0', bytes: 4 }),
    reads,
  ),
  sends(
    'chunks with extensions and trailers',
    `${head}transfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n4;name="va lue";b\r\nmilk\r\n0;last\r\nx-sum: 1\r\n\r\n`,
    pass({ bytes: 4 }),
    reads,
  ),
  sends(
    'chunk sizes in capitals and with zeros before them',
    `${head}Transfer-Encoding: Chunked\r\n\r\n00A\r\nmilk, milk\r\n0000\r\n\r\n`,
    pass({ bytes: 10 }),
    reads,
  ),
  rowOf(
    'many small chunks',
    () =>
      serve((_request, response) => {
        for (let n = 0; n < 2_000; n++) response.write('m');
        response.end('milk');
      }),
    pass({ bytes: 2_004 }),
    reads,
  ),
  sends('a length for what HEAD does not send', `${head}content-length: 9999999\r\n\r\n`, pass({ bytes: 0 }), {
    request: { method: 'HEAD' },
  }),
  rowOf(
    'a coding for what HEAD does not send',
    () => serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end()),
    pass({ bytes: 0 }),
    { request: { method: 'HEAD' } },
  ),
  sends('204 with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 4\r\n\r\n', pass({ status: 204, bytes: 0 })),
  sends('304 where it is expected', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\n\r\n', pass({ status: 304 }), {
    trial: { expect: { status: [304] } },
  }),
  sends(
    'a body exactly at the bound',
    `${head}content-length: ${mib}\r\n\r\nmilk${'a'.repeat(mib - 4)}`,
    pass({ bytes: mib }),
    reads,
  ),
  rowOf('gzip', encoded('gzip', gzipSync(milk)), pass({ bytes: 400 }), { ...decoded, module: { compression: 'gzip' } }),
  rowOf('x-gzip', encoded('x-gzip', gzipSync(milk)), pass({ bytes: 400 }), {
    ...decoded,
    difference: undone('x-gzip'),
  }),
  rowOf('brotli', encoded('br', brotliCompressSync(milk)), pass({ bytes: 400 }), {
    ...decoded,
    module: { compression: 'br' },
  }),
  rowOf('deflate', encoded('deflate', deflateSync(milk)), pass({ bytes: 400 }), {
    ...decoded,
    module: { compression: 'deflate' },
    difference:
      'Ours: the standard wraps deflate in zlib (RFC 9110), and that is what servers send; blackbox 0.23 reads only the bare form.',
  }),
  rowOf('deflate without its wrapping', encoded('deflate', deflateRawSync(milk)), pass({ bytes: 400 }), {
    ...decoded,
    module: { compression: 'deflate' },
  }),
  rowOf('zstd', encoded('zstd', zstdCompressSync(milk)), pass({ bytes: 400 }), {
    ...decoded,
    difference: undone('zstd'),
  }),
  rowOf('gzip within brotli', encoded('gzip, br', brotliCompressSync(gzipSync(milk))), pass({ bytes: 400 }), {
    ...decoded,
    difference: undone('two codings'),
  }),
  rowOf('identity', encoded('identity', milk), pass({ bytes: 400 }), decoded),
  rowOf(
    'gzip in two members',
    encoded('gzip', Buffer.concat([gzipSync('milk'), gzipSync('milk')])),
    pass({ bytes: 8 }),
    {
      ...decoded,
      module: { compression: 'gzip' },
    },
  ),
  rowOf(
    'gzip with zeros behind it',
    encoded('gzip', Buffer.concat([gzipSync(milk), Buffer.alloc(64)])),
    pass({ bytes: 400 }),
    {
      ...decoded,
      module: { compression: 'gzip' },
      difference: 'Ours: browsers, curl and gzip itself pass over padding behind the last member; Go calls it a fault.',
    },
  ),
  rowOf(
    'text in latin1',
    () =>
      serve((_request, response) => {
        response.setHeader('content-type', 'text/plain; charset=ISO-8859-1');
        response.end(Buffer.from('Käse', 'latin1'));
      }),
    pass(),
    {
      trial: { expect: { body: { contains: ['Käse'] } } },
      difference: 'Ours: the header names the charset; blackbox matches raw bytes as UTF-8 and does not find the word.',
    },
  ),
  rowOf(
    'a redirect to a relative place',
    () =>
      serve((request, response) => {
        if (request.url === '/a/b') response.end('milk');
        else response.writeHead(302, { location: request.url === '/' ? 'a/c?x=1#y' : '../a/b' }).end();
      }),
    pass({ redirects: 2, status: 200 }),
    reads,
  ),
  rowOf(
    'a redirect that names no scheme',
    () =>
      serve((request, response) => {
        if (request.url === '/end') response.end('milk');
        else response.writeHead(301, { location: `//${request.headers.host}/end` }).end();
      }),
    pass({ redirects: 1 }),
    reads,
  ),
  rowOf(
    '308 after which a POST is still one',
    () =>
      serve((request, response) => {
        void text(request).then((body) => {
          if (request.url === '/') response.writeHead(308, { location: '/end' }).end();
          else response.end(`${request.method} ${body}`);
        });
      }),
    pass({ redirects: 1 }),
    { request: { method: 'POST', body: 'milk' }, trial: { expect: { body: { contains: ['POST milk'] } } } },
  ),
  rowOf(
    'a redirect that sends a body without end',
    () =>
      serve((request, response) => {
        if (request.url === '/end') return void response.end('milk');
        response.writeHead(302, { location: '/end' });
        const timer = setInterval(() => response.write('x'.repeat(1_000)), 10);
        response.once('close', () => clearInterval(timer));
      }),
    pass({ redirects: 1 }),
    {
      ...reads,
      trial: { ...reads.trial, timeoutMs: 1_500 },
      difference:
        'Ours: a client need not read what comes with a redirect, and browsers do not; Go reads a part of it to keep the connection.',
    },
  ),
  rowOf(
    'the redirect itself, where it is the answer',
    () => serve((_request, response) => response.writeHead(302, { location: '/x' }).end()),
    pass({ status: 302, redirects: 0 }),
    { request: { redirects: 0 }, trial: { expect: { status: [302], header: { location: { equals: '/x' } } } } },
  ),
  rowOf(
    'a listener on ::1 alone',
    () =>
      listening(
        createServer((_request, response) => response.end('milk')),
        '::1',
      ),
    pass(),
    reads,
  ),
  rowOf(
    'a page that embeds reCAPTCHA and loads a vendor script',
    () =>
      serve((_request, response) => {
        response.setHeader('content-type', 'text/html');
        response.end(
          '<title>Sign in</title><script src="https://www.google.com/recaptcha/api.js?render=k"></script><div class="g-recaptcha"></div><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>milk',
        );
      }),
    pass(),
    reads,
  ),
];
