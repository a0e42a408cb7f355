/**
 * A second look at a port that answered a TLS handshake with something else: OpenSSL says only that it was no TLS.
 */
import { connect } from 'node:net';
import type { Course } from './course.ts';

/** How long its first bytes are waited for, milliseconds. */
const waitMs = 500;

/** Neither TLS nor HTTP, yet a whole line: who speaks lines answers it. */
const neither = Buffer.from('\x16\x03\x01\x00\x00\r\n\r\n', 'latin1');

/**
 * The first bytes that a port sends when it is asked in no protocol at all; empty when it sends none soon.
 * @throws Trouble when the run is ended meanwhile
 */
export function firstBytesOf(course: Course, host: string, port: number): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const bytes = course.wait<Buffer>((done) => {
    const socket = connect({ host, port });
    course.hold(socket);
    const end = (chunk: Buffer) => {
      socket.destroy();
      done(chunk);
    };
    timer = setTimeout(() => end(Buffer.alloc(0)), waitMs);
    socket.once('connect', () => socket.write(neither));
    socket.once('data', end);
    socket.on('error', () => {});
    socket.once('close', () => end(Buffer.alloc(0)));
  });
  return bytes.finally(() => clearTimeout(timer));
}
