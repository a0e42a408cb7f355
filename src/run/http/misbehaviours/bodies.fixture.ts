/**
 * Bodies that cannot be decoded, or are larger than anybody should send.
 */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { serve } from '../trial.fixture.ts';
import { does, fail, head, type Row, rowOf, sends } from './row.fixture.ts';

const milk = Buffer.from('milk'.repeat(100));
const mib = 1024 * 1024;

/** A server that says of its body that it is encoded so. */
export function encoded(encoding: string, body: Buffer, type = 'text/plain') {
  return () =>
    serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'content-type': type }).end(body);
    });
}

const uncounted = (what: string) =>
  `Ours: ${what}, so no browser shows the page; blackbox looks into a body only if the module names its compression, and else counts what came.`;

export const bodyRows: readonly Row[] = [
  rowOf(
    'says gzip and sends text',
    encoded('gzip', Buffer.from('not gzip at all')),
    fail('encoding', 'transfer', 'the body from HOST is not gzip', 'incorrect header check'),
    { module: { compression: 'gzip' } },
  ),
  rowOf(
    'says gzip and sends text, to one who did not look',
    encoded('gzip', Buffer.from('not gzip at all')),
    fail('encoding', 'transfer', 'the body from HOST is not gzip'),
    { difference: uncounted('the body is not what its header says') },
  ),
  rowOf(
    'cuts its gzip short',
    encoded('gzip', gzipSync(milk).subarray(0, 20)),
    fail('encoding', 'transfer', 'the body from HOST is not gzip', 'unexpected end'),
    { module: { compression: 'gzip' } },
  ),
  rowOf(
    'sends gzip whose checksum is wrong',
    encoded(
      'gzip',
      Buffer.concat([gzipSync(milk).subarray(0, -8), Buffer.from([1, 2, 3, 4]), gzipSync(milk).subarray(-4)]),
    ),
    fail('encoding', 'transfer', 'the body from HOST is not gzip', 'incorrect data check'),
    { module: { compression: 'gzip' } },
  ),
  rowOf(
    'sends broken brotli',
    encoded('br', brotliCompressSync(milk).subarray(0, 8)),
    fail('encoding', 'transfer', 'the body from HOST is not br'),
    { module: { compression: 'br' } },
  ),
  rowOf(
    'sends broken zstd',
    encoded('zstd', Buffer.from('not zstd at all')),
    fail('encoding', 'transfer', 'the body from HOST is not zstd'),
    { difference: uncounted('the body cannot be decoded') },
  ),
  rowOf(
    'sends broken deflate',
    encoded('deflate', deflateSync(milk).subarray(0, 12)),
    fail('encoding', 'transfer', 'the body from HOST is not deflate'),
    { module: { compression: 'deflate' } },
  ),
  rowOf(
    'sends a coding that nobody knows',
    encoded('made-up', milk),
    fail(
      'encoding',
      'transfer',
      'the body from HOST has a content-encoding that is not known',
      'expected gzip, deflate, br, zstd, seen made-up',
    ),
    { difference: uncounted('a coding that was not asked for cannot be undone') },
  ),
  rowOf(
    'encodes five times over',
    encoded('gzip, gzip, gzip, gzip, gzip', milk),
    fail('encoding', 'transfer', 'encoded 5 times over', 'HOST'),
    { difference: uncounted('nothing undoes five codings') },
  ),
  ...(
    [
      ['gzip', gzipSync(Buffer.alloc(64 * mib))],
      ['br', brotliCompressSync(Buffer.alloc(8 * mib))],
      ['zstd', zstdCompressSync(Buffer.alloc(8 * mib))],
      ['deflate', deflateSync(Buffer.alloc(8 * mib))],
    ] as const
  ).map(([coding, bomb]) =>
    rowOf(
      `sends a ${coding} bomb`,
      encoded(coding, bomb),
      fail('size', 'transfer', `the body from HOST is larger than ${mib} bytes once its ${coding} is undone`),
      {
        difference:
          'Ours: a page that unpacks beyond every bound is a fault, or an attack; blackbox does not unpack it, or does so without a bound.',
      },
    ),
  ),
  does(
    'promises a body beyond the bound',
    (socket) => socket.write(`${head}content-length: 9999999\r\n\r\n`),
    fail('size', 'transfer', 'the body from HOST is larger than 1048576 bytes'),
    { trial: { timeoutMs: 2_000 } },
  ),
  sends(
    'sends a body beyond the bound',
    `${head}\r\n${'a'.repeat(mib + 1)}`,
    fail('size', 'transfer', 'the body from HOST is larger than 1048576 bytes'),
    {
      difference:
        'Both, by their bounds: a check of ours reads at most 1 MiB and says so; blackbox reads without a bound unless body_size_limit is set.',
    },
  ),
  sends(
    'sends chunks beyond the bound',
    `${head}transfer-encoding: chunked\r\n\r\n${`10000\r\n${'a'.repeat(65_536)}\r\n`.repeat(17)}0\r\n\r\n`,
    fail('size', 'transfer', 'the body from HOST is larger than 1048576 bytes'),
    {
      difference:
        'Both, by their bounds: a check of ours reads at most 1 MiB and says so; blackbox reads without a bound unless body_size_limit is set.',
    },
  ),
];
