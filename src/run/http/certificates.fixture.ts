/**
 * Certificates of tests: authorities, what they sign, and files of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

const dayMs = 86_400_000;

/** A time so many days from now. */
export const fromToday = (days: number) => new Date(Date.now() + days * dayMs);

/** A certificate and its key, PEM. */
export interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** An authority, signed by itself or by another. */
export async function authority(name: string, days: number, ca?: Pair): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: fromToday(-100),
    notAfterDate: fromToday(days),
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** A server's or client's certificate, valid between two days from now; without an authority it signs itself. */
export async function certificate(
  ca: Pair | undefined,
  days: readonly [number, number],
  host: string | undefined = 'localhost',
): Promise<Pair> {
  const altNames = [
    { type: 2 as const, value: host },
    ...(host === 'localhost' ? [{ type: 7 as const, ip: '127.0.0.1' }] : []),
  ];
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: fromToday(days[0]),
    notAfterDate: fromToday(days[1]),
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      ...(host === '' ? [] : [{ name: 'subjectAltName' as const, altNames }]),
    ],
  });
  return { key: made.private, cert: made.cert };
}

let folder: string | undefined;

/** Removes the files; a test's process is ended before it could do so of its own. */
export function removeFiles(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
  made = undefined;
  written.clear();
}

const written = new Map<string, string>();

/** Writes a text to a file that goes with the process; the same text to the same file once, while others read it. */
export function fileOf(name: string, text: string): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'vedette-certificates-'));
    process.once('exit', removeFiles);
  }
  const path = join(folder, name);
  if (written.get(path) !== text) writeFileSync(path, text);
  written.set(path, text);
  return path;
}

/** What the trials over TLS share. */
export interface Trust {
  readonly root: Pair;
  /** For `localhost` and 127.0.0.1, signed by the root. */
  readonly good: Pair;
  /** An authority that nobody here knows. */
  readonly other: Pair;
  /** Path of the root's certificate. */
  readonly ca: string;
}

let made: Promise<Trust> | undefined;

/** Makes them once. */
export function trust(): Promise<Trust> {
  made ??= (async () => {
    const [root, other] = await Promise.all([authority('root', 365), authority('other', 365)]);
    return { root, other, good: await certificate(root, [-1, 90]), ca: fileOf('root.pem', root.cert) };
  })();
  return made;
}
