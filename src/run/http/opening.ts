/**
 * The first bytes of an answer, looked at as they pass to undici: the version, interim answers, bounds that undici
 * does not hold, and what a server that speaks no HTTP says instead.
 */
import type { Socket } from 'node:net';
import { mended } from './mend.ts';
import { Trouble } from './trouble.ts';

/** Headers of an answer, bytes. */
export const headerBytesMax = 64 * 1024;
/** Interim answers (RFC 9110, section 15.2) before the real one. */
const interimMax = 32;
/** All that is read of an answer, bytes: chunks of one byte each are six times their body. */
const rawBytesMax = 8 * 1024 * 1024;
/** The beginning of an answer that is kept for messages, bytes: more than a message holds, so that redaction sees all. */
const keptBytesMax = 1_024;
/** `HTTP/1.1 1`: from here on one knows whether an answer is an interim one. */
const tellingBytes = 10;

const none = Buffer.alloc(0);

/** What the beginning of an answer told. */
export class Opening {
  version: '1.0' | '1.1' = '1.1';
  /** The first bytes, whatever they are. */
  first: Buffer = none;
  /** Whether the headers of the real answer have ended. */
  headEnded = false;
  readonly #where: string;
  readonly #fail: (why: Trouble) => void;
  #held: Buffer | undefined;
  #begun = false;
  #bytes = 0;
  #interim = 0;

  /** Watches what is read from a connection; `fail` is told when a bound is passed. */
  constructor(socket: Socket, where: string, fail: (why: Trouble) => void) {
    this.#where = where;
    this.#fail = fail;
    const { read } = socket;
    socket.read = (size?: number): unknown => {
      for (;;) {
        const chunk: unknown = read.call(socket, size);
        if (!Buffer.isBuffer(chunk)) return chunk;
        const passed = this.#take(chunk);
        if (passed !== undefined) return passed;
      }
    };
  }

  /** What of a chunk goes on to the parser; `undefined` where nothing does yet. */
  #take(chunk: Buffer): Buffer | undefined {
    const before = this.#bytes;
    this.#bytes += chunk.length;
    if (this.#begun) {
      this.#bound(before);
      return chunk;
    }
    if (before === 0) this.first = chunk.subarray(0, keptBytesMax);
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    if (before < keptBytesMax && before > 0) this.first = Buffer.concat([this.first, chunk]).subarray(0, keptBytesMax);
    return this.#withoutInterim(bytes);
  }

  #bound(before: number): void {
    if (!this.headEnded && before > headerBytesMax) {
      this.#fail(new Trouble('size', `${this.#where} sent headers beyond the bound of ${headerBytesMax} bytes`));
    } else if (this.#bytes > rawBytesMax) {
      this.#fail(
        new Trouble('size', `${this.#where} sent more than ${rawBytesMax} bytes for its answer, the most that is read`),
      );
    }
  }

  #withoutInterim(bytes: Buffer): Buffer | undefined {
    // Nearly every answer: an H, and no 1 where the status begins.
    if (bytes.length >= tellingBytes && bytes[0] === 0x48 && bytes[9] !== 0x31) return this.#begin(bytes);
    let rest = bytes;
    for (;;) {
      const start = rest.toString('latin1', 0, tellingBytes);
      if (start.length < tellingBytes && isPrefix(start)) return this.#hold(rest);
      if (!/^HTTP\/1\.\d 1/.test(start) || rest.toString('latin1', 9, 12) === '101') return this.#begin(rest);
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) return this.#hold(rest);
      rest = rest.subarray(end + 4);
      if (++this.#interim > interimMax) {
        this.#fail(
          new Trouble('protocol', `${this.#where} sent ${interimMax} interim answers (1xx) and no real one after them`),
        );
        return undefined;
      }
    }
  }

  #begin(rest: Buffer): Buffer {
    this.#begun = true;
    this.#bytes = rest.length;
    // HTTP/1.0
    if (rest[7] === 0x30 && rest[5] === 0x31) this.version = '1.0';
    return mended(rest);
  }

  #hold(rest: Buffer): undefined {
    if (rest.length > 0) this.#held = rest;
    if (this.#bytes > 2 * headerBytesMax) {
      this.#fail(
        new Trouble('size', `${this.#where} sent interim answers beyond the bound of ${headerBytesMax} bytes`),
      );
    }
  }
}

function isPrefix(start: string): boolean {
  return 'HTTP/1.1 1'.startsWith(start) || 'HTTP/1.0 1'.startsWith(start);
}

/** What a server speaks that speaks no HTTP/1, as far as its first bytes tell; `undefined` where they begin as HTTP does. */
export function otherProtocol(first: Buffer): string | undefined {
  const text = first.toString('latin1');
  if (text === '' || text.startsWith('HTTP/')) return undefined;
  // A TLS record: an alert or a handshake, of any version.
  if ((first[0] === 0x15 || first[0] === 0x16) && first[1] === 0x03) {
    return 'it speaks TLS on this port, so ask it by https://';
  }
  // An HTTP/2 server begins with its settings: a frame of type 4 on stream 0.
  if (first.length >= 9 && first[3] === 4 && first.readUInt32BE(5) === 0) {
    return 'it speaks HTTP/2 on this port, which was not agreed on';
  }
  const line = text.split(/[\r\n]/)[0] ?? '';
  return /^[\x20-\x7e]+$/.test(line)
    ? `it begins with "${line}"`
    : `it begins with the bytes ${first.subarray(0, 8).toString('hex')}`;
}
