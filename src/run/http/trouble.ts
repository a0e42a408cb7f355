/**
 * From what went wrong to what the result says of it: one table, by error code, that grows as the web does.
 */
import { asError } from '../../base/errors.ts';
import type { Outcome, Phase, Reason } from '../../result/result.ts';
import { tlsRows } from './tls-words.ts';

/** Why a run did not pass; what is thrown inside the engine and never leaves it. */
export class Trouble extends Error {
  readonly reason: Reason;
  /** The phase to tell, where it is not the one under way; `null` for none. */
  readonly phase: Phase | null | undefined;

  constructor(reason: Reason, message: string, options: { phase?: Phase | null; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Trouble';
    this.reason = reason;
    this.phase = options.phase;
  }
}

const ours: ReadonlySet<Reason> = new Set(['proxy', 'vantage', 'secret', 'crash', 'script', 'killed', 'memory']);

/** Whose fault a reason is. */
export function outcomeOf(reason: Reason): Outcome {
  return ours.has(reason) ? 'broken' : 'fail';
}

/** Where something went wrong. */
export interface Spot {
  /** `host:port`. */
  readonly where: string;
  readonly phase: Phase;
}

/** A reason, and the words for it. */
export type Row = readonly [reason: Reason, tell: (spot: Spot) => string];

/** When it happened, as a person says it. */
const during: Readonly<Record<Phase, string>> = {
  resolve: 'while its name was looked up',
  connect: 'while the connection was being made',
  tls: 'during the TLS handshake',
  processing: 'before it sent an answer',
  transfer: 'within its answer',
};

const refused: Row = ['connect', ({ where }) => `connection refused by ${where}`];
const unreachable: Row = ['connect', ({ where }) => `no route to ${where}`];
const reset: Row = ['reset', ({ where, phase }) => `connection reset by ${where} ${during[phase]}`];
const closed: Row = ['reset', ({ where, phase }) => `${where} closed the connection ${during[phase]}`];
const timedOut: Row = [
  'timeout',
  ({ where, phase }) => `connection to ${where} timed out ${during[phase]}, says the system: packets get lost`,
];
const headersTooLarge: Row = ['size', ({ where }) => `${where} sent headers beyond the bound of 65536 bytes`];
const noAddress: Row = ['dns', ({ where }) => `no address for ${where}: the resolver says that there is no such name`];
const resolverAway: Row = [
  'dns',
  ({ where }) =>
    `the name of ${where} cannot be looked up: the resolver fails or does not answer, so whether the name exists is not known`,
];
const noMoreSockets: Row = [
  'vantage',
  ({ where }) => `this vantage cannot open a connection to ${where}: it has no sockets left`,
];
const notAllowed: Row = [
  'vantage',
  ({ where }) => `this vantage is not allowed to connect to ${where}: a firewall or policy of its own forbids it`,
];
const notHttp: Row = ['protocol', ({ where }) => `what ${where} sent is not HTTP`];
const framing: Row = ['protocol', ({ where }) => `${where} broke HTTP/2`];
const tlsFailed: Row = ['tls', ({ where }) => `TLS with ${where} failed`];

/** By the code of the error. */
const byCode: Readonly<Record<string, Row>> = {
  ENOTFOUND: noAddress,
  ENODATA: noAddress,
  EAI_NODATA: noAddress,
  EAI_NONAME: noAddress,
  EAI_AGAIN: resolverAway,
  EAI_FAIL: resolverAway,
  ECONNREFUSED: refused,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETDOWN: unreachable,
  EAFNOSUPPORT: unreachable,
  EADDRNOTAVAIL: noMoreSockets,
  EMFILE: noMoreSockets,
  ENFILE: noMoreSockets,
  ENOBUFS: noMoreSockets,
  ENOMEM: noMoreSockets,
  EACCES: notAllowed,
  EPERM: notAllowed,
  ETIMEDOUT: timedOut,
  ECONNRESET: reset,
  ECONNABORTED: reset,
  ENOTCONN: reset,
  ERR_STREAM_DESTROYED: reset,
  ERR_STREAM_WRITE_AFTER_END: reset,
  ERR_STREAM_PREMATURE_CLOSE: closed,
  EPIPE: reset,
  UND_ERR_SOCKET: closed,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: closed,
  HPE_INVALID_EOF_STATE: closed,
  ERR_HTTP2_STREAM_CANCEL: closed,
  ERR_HTTP2_SERVER_REFUSED_STREAM: reset,
  ERR_HTTP2_GOAWAY_SESSION: closed,
  UND_ERR_HEADERS_OVERFLOW: headersTooLarge,
  HPE_HEADER_OVERFLOW: headersTooLarge,
  ERR_HTTP2_SESSION_ERROR: framing,
  ERR_HTTP2_ERROR: framing,
  ERR_HTTP2_STREAM_ERROR: framing,
  EPROTO: tlsFailed,
  ...tlsRows,
};

/** By the beginning of the code, where the exact code has no row. */
const byPrefix: readonly (readonly [prefix: string, row: Row])[] = [
  ['HPE_', notHttp],
  ['ERR_SSL_', tlsFailed],
  ['ERR_TLS_', tlsFailed],
  ['ERR_HTTP2_', framing],
];

/** By what the error says, before its code counts: undici gives these one code. */
const bySaying: readonly (readonly [saying: RegExp, row: Row])[] = [
  [/\(Invalid EOF state\)$/, closed],
  [/^Response does not match the HTTP/, notHttp],
  [/^bad upgrade$/, ['protocol', ({ where }) => `${where} switched to another protocol, which nobody asked for`]],
  [/^bad response$/, ['protocol', ({ where }) => `${where} answered with what nobody asked for`]],
  [/^HTTP\/2: (stream|"GOAWAY"|"stream error")/, closed],
  [/^HTTP\/2: "frameError"/, framing],
  [/NGHTTP2_(CANCEL|REFUSED_STREAM|INTERNAL_ERROR|NO_ERROR)/, reset],
  // A connection that ended in the handshake: no reset, whatever its code says.
  [/^Client network socket disconnected before/, closed],
];

const told: ReadonlySet<Row> = new Set([tlsFailed, notHttp, framing]);

/** What an error of the network means for the run. Unknown codes are a fault of the engine. */
export function troubleOf(thrown: unknown, spot: Spot): Trouble {
  if (thrown instanceof Trouble) return thrown;
  const error = asError(thrown);
  const code = codeOf(error);
  const row =
    bySaying.find(([saying]) => saying.test(error.message))?.[1] ??
    byCode[code] ??
    byPrefix.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (row === undefined) return new Trouble('crash', `the http engine failed: ${error.message}`, { cause: error });
  const [reason, tell] = row;
  const detail = told.has(row) ? `: ${plain(error.message)}` : '';
  return new Trouble(reason, `${tell(spot)}${detail}`, { cause: error });
}

/** The code of an error, `''` where it has none. */
export function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : '';
}

/** OpenSSL's words alone, without addresses in memory and paths of its sources. */
function plain(message: string): string {
  const openssl = /SSL routines:[^:]*:([^:]+)/.exec(message)?.[1];
  return (openssl ?? message).trim().replace(/^Response does not match the HTTP\/1\.1 protocol \((.*)\)$/, '$1');
}
