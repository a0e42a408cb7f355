/**
 * TLS: a full handshake every time, the certificate looked at whether it is good or not.
 */

import type { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { asError } from '../../base/errors.ts';
import type { HttpRequest } from '../../probe/definition.ts';
import type { Course } from './course.ts';
import { nameOf, type Peer } from './dial.ts';
import { firstBytesOf } from './look-again.ts';
import { otherProtocol } from './opening.ts';
import { codeOf, Trouble, troubleOf } from './trouble.ts';

/** Certificates of a chain that are looked at. */
const chainMax = 20;
/** A file of certificates or a key larger than this is not read, bytes. */
const pemBytesMax = 1024 * 1024;
/** Contexts kept, by the files they were made of. */
const contextsMax = 500;

type TlsFiles = NonNullable<HttpRequest['tls']>;

/** What a handshake wants to know beside whom it is with. */
export interface Handshake {
  readonly context: SecureContext;
  readonly http2: boolean;
  /** Whether the connection ends at the peer itself, not at a proxy. */
  readonly direct: boolean;
}

/** What a handshake showed. */
export interface Secured {
  readonly socket: TLSSocket;
  /** Epoch ms of the first expiry in the chain that was shown; `undefined` when none was. */
  readonly expiresAt: number | undefined;
  /** What is wrong with the certificate. Nothing may be sent then. */
  readonly fault: Trouble | undefined;
}

/**
 * Shakes hands over a connection, in the phase under way.
 * @throws {@link Trouble}; a bad certificate is not thrown, but told, together with its expiry
 */
export async function secure(course: Course, plain: Socket, peer: Peer, handshake: Handshake): Promise<Secured> {
  const where = nameOf(peer);
  const address = plain.remoteAddress ?? peer.host;
  try {
    const socket = await course.wait<TLSSocket>((done, failed) => {
      const named = isIP(peer.host) === 0 ? { servername: peer.host.replace(/\.$/, '') } : {};
      const secured = connect({
        socket: plain,
        host: peer.host,
        ...named,
        secureContext: handshake.context,
        ALPNProtocols: handshake.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
        // Judged below: a refusal here would hide the chain, and with it when it expired.
        rejectUnauthorized: false,
      });
      secured.once('secureConnect', () => done(secured));
      secured.on('error', failed);
      course.hold(secured);
    });
    const shown = socket.getPeerX509Certificate();
    return { socket, expiresAt: firstExpiry(shown), fault: faultOf(socket, shown, where) };
  } catch (thrown) {
    const trouble = troubleOf(thrown, { where, phase: 'tls' });
    if (!handshake.direct || !noTls.has(codeOf(asError(trouble.cause)))) throw trouble;
    throw await seenAgain(course, trouble, address, peer);
  }
}

/** What OpenSSL says when what came is no TLS at all. */
const noTls: ReadonlySet<string> = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

/** The same trouble, with what the port speaks instead. */
async function seenAgain(course: Course, trouble: Trouble, address: string, peer: Peer): Promise<Trouble> {
  const first = await firstBytesOf(course, address, peer.port).catch(() => Buffer.alloc(0));
  if (first.length === 0) return trouble;
  const text = first.toString('latin1');
  const told = text.startsWith('HTTP/')
    ? `${nameOf(peer)} speaks plain HTTP on this port, not TLS: it answered "${text.split(/[\r\n]/)[0]}" when it was asked without TLS; ask it by http://`
    : `${trouble.message}: ${otherProtocol(first)}`;
  return new Trouble('tls', told, { cause: trouble.cause });
}

function firstExpiry(leaf: X509Certificate | undefined): number | undefined {
  let first: number | undefined;
  let certificate = leaf;
  for (let seen = 0; certificate !== undefined && seen < chainMax; seen++) {
    const expiry = certificate.validToDate.getTime();
    if (first === undefined || expiry < first) first = expiry;
    certificate = certificate.issuerCertificate;
  }
  return first;
}

/** ` (CN=…)`, for the most telling part of a name. */
function named(name: string | undefined): string {
  const part = name?.split('\n').findLast((one) => one.startsWith('CN=')) ?? name?.split('\n').at(-1);
  return part === undefined || part === '' ? '' : ` (${part})`;
}

/** The end of the chain that was shown names the authority that is not known. */
function unknownIssuer(shown: X509Certificate | undefined): string {
  let last = shown;
  for (
    let seen = 0;
    seen < chainMax && last?.issuerCertificate !== undefined && last.issuerCertificate !== last;
    seen++
  ) {
    last = last.issuerCertificate;
  }
  return `its issuer is not known here: the chain ends at an authority${named(last?.issuer)} that is not trusted`;
}

const day = (date: Date) => date.toISOString().slice(0, 10);

/** What is wrong with a certificate, by the code of the verification. */
const sayings: Readonly<Record<string, (shown: X509Certificate | undefined) => string>> = {
  CERT_HAS_EXPIRED: (shown) =>
    shown ? `a certificate in its chain has expired; its own ends ${day(shown.validToDate)}` : 'it has expired',
  CERT_NOT_YET_VALID: (shown) => (shown ? `it is valid only from ${day(shown.validFromDate)}` : 'it is not valid yet'),
  ERR_TLS_CERT_ALTNAME_INVALID: (shown) => `it is for another host (${shown?.subjectAltName ?? 'it names none'})`,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => 'it is self-signed: no authority vouches for it',
  SELF_SIGNED_CERT_IN_CHAIN: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT: unknownIssuer,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownIssuer,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: (shown) =>
    `it was sent alone, without the certificate of its issuer${named(shown?.issuer)}: the intermediate is missing, or that authority is not known here`,
  CERT_REVOKED: () => 'it was revoked',
};

function faultOf(socket: TLSSocket, shown: X509Certificate | undefined, where: string): Trouble | undefined {
  if (socket.authorized) return undefined;
  const { authorizationError } = socket as { authorizationError: unknown };
  const code = authorizationError instanceof Error ? authorizationError.message : String(authorizationError);
  const expired = code === 'CERT_HAS_EXPIRED' && shown !== undefined && shown.validToDate.getTime() < Date.now();
  const why = expired ? `it expired on ${day(shown.validToDate)}` : (sayings[code]?.(shown) ?? code);
  return new Trouble('certificate', `the certificate of ${where} is not accepted: ${why}`);
}

/** Gives contexts for a probe's files, and keeps them until the files change. */
export interface Contexts {
  /**
   * @param own Whether the host is the probe's own: nobody else is shown the client certificate.
   * @throws {@link Trouble} `vantage` when a file cannot be used here
   */
  of(files: TlsFiles | undefined, own: boolean): SecureContext;
}

/** Contexts that are expensive to make: the system's roots are parsed once. */
export function createContexts(): Contexts {
  const kept = new Map<string, SecureContext>();
  return {
    of(files = {}, own) {
      const { ca, cert, key } = own ? files : { ca: files.ca, cert: undefined, key: undefined };
      const id = [ca, cert, key].map((path) => (path === undefined ? '' : `${path}\0${stamp(path)}`)).join('\0\0');
      const known = kept.get(id);
      if (known !== undefined) return known;
      const context = make({ ca, cert, key });
      // The oldest goes: files that changed leave contexts behind.
      if (kept.size >= contextsMax) kept.delete(kept.keys().next().value ?? '');
      kept.set(id, context);
      return context;
    },
  };
}

function make(files: { [name in keyof TlsFiles]: string | undefined }): SecureContext {
  const given = Object.entries(files).flatMap(([name, path]) =>
    path === undefined ? [] : [[name, readFileSync(path)] as const],
  );
  try {
    return createSecureContext(Object.fromEntries(given));
  } catch (thrown) {
    const paths = Object.values(files).filter((path) => path !== undefined);
    const message = `the TLS files ${paths.join(', ')} cannot be used: ${asError(thrown).message}`;
    throw new Trouble('vantage', message, { phase: null, cause: thrown });
  }
}

/** What changes with a file. */
function stamp(path: string): string {
  try {
    const { mtimeMs, size } = statSync(path);
    if (size > pemBytesMax) throw new Error(`it has ${size} bytes, more than ${pemBytesMax}`);
    return `${mtimeMs}-${size}`;
  } catch (thrown) {
    const message = `the TLS file ${path} cannot be read at this vantage: ${asError(thrown).message}`;
    throw new Trouble('vantage', message, { phase: null, cause: thrown });
  }
}
