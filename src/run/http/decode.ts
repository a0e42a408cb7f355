/**
 * A body's content codings, undone within the bound: a small body must not become a large one.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { asError } from '../../base/errors.ts';
import type { Course } from './course.ts';
import { bodyBytesMax } from './listener.ts';
import { Trouble } from './trouble.ts';

/** Codings on top of one another. */
const codingsMax = 4;

/** What is understood, as `accept-encoding` says it. */
export const acceptEncoding = 'gzip, deflate, br, zstd';

type Undo = (body: Buffer) => Promise<Buffer>;
const bound = { maxOutputLength: bodyBytesMax };

const gzipped = promisify(gunzip);
const zlibbed = promisify(inflate);
const deflated = promisify(inflateRaw);
const brotlied = promisify(brotliDecompress);
const zstded = promisify(zstdDecompress);

const codings: Readonly<Record<string, Undo>> = {
  gzip: (body) => gzipped(body, bound),
  'x-gzip': (body) => gzipped(body, bound),
  // Some servers send it without the wrapping that the standard asks for; browsers take both.
  deflate: (body) => (((body[0] ?? 0) & 0x0f) === 8 ? zlibbed(body, bound) : deflated(body, bound)),
  br: (body) => brotlied(body, bound),
  zstd: (body) => zstded(body, bound),
};

/** The codings of a body, in the order in which they were applied. */
export function codingsOf(headers: IncomingHttpHeaders): string[] {
  const written: unknown = headers['content-encoding'];
  if (written === undefined) return [];
  return String(written)
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'identity');
}

/**
 * Undoes the codings, the last one first.
 * @throws {@link Trouble} `encoding` when that is not possible, `size` when it becomes too large
 */
export async function decode(course: Course, body: Buffer, names: readonly string[]): Promise<Buffer> {
  if (names.length > codingsMax) {
    throw new Trouble(
      'encoding',
      `the body from ${course.where} is encoded ${names.length} times over (${names.slice(0, codingsMax).join()}…), expected at most ${codingsMax}`,
    );
  }
  let decoded = body;
  for (const name of names.toReversed()) {
    // An answer without a body (HEAD, 204, 304) may still name a coding.
    if (decoded.length === 0) return decoded;
    decoded = await undo(course, decoded, name);
  }
  return decoded;
}

async function undo(course: Course, body: Buffer, name: string): Promise<Buffer> {
  const coding = Object.hasOwn(codings, name) ? codings[name] : undefined;
  if (coding === undefined)
    throw new Trouble(
      'encoding',
      `the body from ${course.where} has a content-encoding that is not known; expected ${acceptEncoding}, seen ${name}`,
    );
  try {
    return await course.wait<Buffer>((done, failed) => {
      coding(body).then(done, failed);
    });
  } catch (thrown) {
    if (thrown instanceof Trouble) throw thrown;
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Trouble(
        'size',
        `the body from ${course.where} is larger than ${bodyBytesMax} bytes once its ${name} is undone`,
      );
    }
    throw new Trouble(
      'encoding',
      `the body from ${course.where} is not ${name}, as it says it is: ${asError(thrown).message}`,
      { cause: thrown },
    );
  }
}
