/**
 * Streams of bytes that no server should send, for the property that a run always ends well.
 */
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';

/** How a stream reaches the engine. */
export type Way = 'http' | 'tls' | 'h2' | 'proxy' | 'socks';

/** What a server sends to whoever connects, in pieces, and how it ends. */
export interface Stream {
  readonly way: Way;
  readonly pieces: readonly Uint8Array[];
  readonly end: 'close' | 'reset' | 'stall';
  /** Whether it waits for the request. */
  readonly waits: boolean;
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Whether redirects are followed: only where no byte of the place is random, so that nobody else is asked. */
  readonly follows: boolean;
  /** Whether JSON is expected. */
  readonly expects: boolean;
}

const text = (value: string) => Buffer.from(value, 'latin1');
const head = 'HTTP/1.1 200 OK\r\n';
const milk = Buffer.from(JSON.stringify({ items: ['milk'.repeat(100)] }));
const chunked = 'transfer-encoding: chunked\r\n';

function encoded(coding: string, body: Buffer): Buffer {
  return Buffer.concat([text(`${head}content-encoding: ${coding}\r\ncontent-length: ${body.length}\r\n\r\n`), body]);
}

/** Answers that are well, to be broken. */
const answers: readonly Buffer[] = [
  text(`${head}content-length: 4\r\n\r\nmilk`),
  text(`${head}\r\nmilk`),
  text(`${head}content-type: text/html; charset=latin1\r\n\r\n<title>milk</title>`),
  text(`${head}${chunked}\r\n4\r\nmilk\r\n0\r\n\r\n`),
  text(`${head}${chunked}trailer: x\r\n\r\n4;a="b"\r\nmilk\r\n10\r\n0123456789abcdef\r\n0\r\nx: y\r\n\r\n`),
  text(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${head}content-length: 4\r\n\r\nmilk`),
  text(`HTTP/1.1 100 Continue\r\n\r\n${head}content-length: 0\r\n\r\n`),
  text('HTTP/1.0 503 Busy\r\nretry-after: 1\r\n\r\n<html><title>Busy</title></html>'),
  text('HTTP/1.1 204 No Content\r\n\r\n'),
  text('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
  text(
    `${head}set-cookie: a=b\r\nset-cookie: c=d\r\nx-folded: a\r\n b\r\nconnection: keep-alive\r\ncontent-length: 4\r\n\r\nmilk`,
  ),
  text('HTTP/1.1 403 Forbidden\r\ncf-mitigated: challenge\r\ncontent-length: 2\r\n\r\nno'),
  encoded('gzip', gzipSync(milk)),
  encoded('br', brotliCompressSync(milk)),
  encoded('zstd', zstdCompressSync(milk)),
  encoded('deflate', deflateSync(milk)),
  encoded('gzip, br', brotliCompressSync(gzipSync(milk))),
];

const proxyAnswers: readonly Buffer[] = [
  text(`HTTP/1.1 200 OK\r\n\r\n${head}content-length: 4\r\n\r\nmilk`),
  text('HTTP/1.1 502 Bad Gateway\r\nproxy-status: p; error=connection_refused\r\n\r\n'),
];
const socksAnswers: readonly Buffer[] = [
  Buffer.from([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
  Buffer.from([5, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0]),
];

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

/** One change to some bytes, at a place between 0 and 1. */
type Change = (given: Buffer) => Buffer;
const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (given: Buffer, where: number) => Math.floor(where * given.length);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(
    ([where, mask]): Change =>
      (given) => {
        const flipped = Buffer.from(given);
        const index = Math.min(at(given, where), given.length - 1);
        if (index >= 0) flipped[index] = (flipped[index] ?? 0) ^ mask;
        return flipped;
      },
  ),
  place.map(
    (where): Change =>
      (given) =>
        given.subarray(0, at(given, where)),
  ),
  fc.tuple(place, place).map(
    ([from, to]): Change =>
      (given) => {
        const [start, end] = [Math.min(at(given, from), at(given, to)), Math.max(at(given, from), at(given, to))];
        return Buffer.concat([given.subarray(0, end), given.subarray(start)]);
      },
  ),
  fc.tuple(place, place).map(
    ([from, to]): Change =>
      (given) => {
        const [start, end] = [Math.min(at(given, from), at(given, to)), Math.max(at(given, from), at(given, to))];
        return Buffer.concat([given.subarray(0, start), given.subarray(end)]);
      },
  ),
  fc.tuple(place, bytes(20)).map(
    ([where, more]): Change =>
      (given) =>
        Buffer.concat([given.subarray(0, at(given, where)), more, given.subarray(at(given, where))]),
  ),
  fc.tuple(place, fc.constantFrom('\r\n', '\n', '\0', ':', ' ', '0', 'f', 'HTTP/1.1 100 x\r\n\r\n', '\r\n\r\n')).map(
    ([where, more]): Change =>
      (given) =>
        Buffer.concat([given.subarray(0, at(given, where)), text(more), given.subarray(at(given, where))]),
  ),
);

const changed = (some: readonly Buffer[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...some), fc.array(change, { maxLength: 4 }))
    .map(([start, changes]) => changes.reduce<Buffer>((given, next) => next(given), start));

/** A TLS record, more or less. */
const record = fc
  .tuple(fc.constantFrom(0x14, 0x15, 0x16, 0x17, 0x80), fc.nat({ max: 4 }), fc.nat({ max: 70_000 }), bytes(200))
  .map(([type, minor, length, rest]) =>
    Buffer.concat([Buffer.from([type, 3, minor, (length >> 8) & 255, length & 255]), rest]),
  );

/** A frame of HTTP/2, more or less. */
const frame = fc
  .tuple(fc.nat({ max: 11 }), fc.nat({ max: 255 }), fc.constantFrom(0, 1, 1, 1, 2, 3), bytes(40), fc.boolean())
  .map(([type, flags, stream, payload, lies]) =>
    Buffer.concat([Buffer.from([0, 0, payload.length + (lies ? 3 : 0), type, flags, 0, 0, 0, stream]), payload]),
  );
const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const ok = Buffer.from([0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88]);
const h2 = fc
  .tuple(fc.constantFrom(Buffer.alloc(0), settings, Buffer.concat([settings, ok])), fc.array(frame, { maxLength: 6 }))
  .map(([first, frames]): Uint8Array => Buffer.concat([first, ...frames]));

/** A body of random bytes that says that it is compressed. */
const compressed = fc
  .tuple(fc.constantFrom('gzip', 'br', 'zstd', 'deflate', 'x-gzip', 'nothing'), bytes(300))
  .map(([coding, body]): Uint8Array => encoded(coding, Buffer.from(body)));

const redirect = fc
  .tuple(fc.constantFrom(301, 302, 303, 307, 308), fc.stringMatching(/^[a-z0-9?=&.]{0,12}$/))
  .map(
    ([status, where]): Uint8Array => text(`HTTP/1.1 ${status} x\r\nlocation: /${where}\r\ncontent-length: 0\r\n\r\n`),
  );

const content: fc.Arbitrary<{ way: Way; bytes: Uint8Array; follows: boolean }> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ way: fc.constant<Way>('http'), bytes: bytes(600), follows: fc.constant(false) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ way: fc.constant<Way>('http'), bytes: changed(answers), follows: fc.constant(false) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ way: fc.constant<Way>('http'), bytes: compressed, follows: fc.constant(false) }),
  },
  { weight: 1, arbitrary: fc.record({ way: fc.constant<Way>('http'), bytes: redirect, follows: fc.constant(true) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      way: fc.constant<Way>('tls'),
      bytes: fc.oneof(record, bytes(100)),
      follows: fc.constant(false),
    }),
  },
  { weight: 3, arbitrary: fc.record({ way: fc.constant<Way>('h2'), bytes: h2, follows: fc.constant(false) }) },
  {
    weight: 1,
    arbitrary: fc.record({ way: fc.constant<Way>('proxy'), bytes: changed(proxyAnswers), follows: fc.constant(false) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ way: fc.constant<Way>('socks'), bytes: changed(socksAnswers), follows: fc.constant(false) }),
  },
);

/** Bytes cut at some places. */
function cut(given: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [...new Set(places.map((where) => Math.floor(where * given.length)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => given.subarray(from, cuts[index] ?? given.length));
}

/** Any stream. */
export const anyStream: fc.Arbitrary<Stream> = fc
  .record({
    content,
    places: fc.array(place, { maxLength: 4 }),
    end: fc.constantFrom<Stream['end'][]>('close', 'close', 'close', 'reset', 'reset', 'stall'),
    waits: fc.constantFrom(true, true, true, false),
    method: fc.constantFrom<Stream['method'][]>('GET', 'GET', 'GET', 'HEAD', 'POST'),
    expects: fc.boolean(),
  })
  .map(({ content: { way, bytes: given, follows }, places, ...rest }) => ({
    way,
    pieces: cut(given, places),
    follows,
    ...rest,
  }));
