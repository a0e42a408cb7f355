/**
 * From a prepared request to its last answer: connection, TLS and exchange for every hop.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpProbe, HttpRequest } from '../../probe/definition.ts';
import type { Result } from '../../result/result.ts';
import type { Course } from './course.ts';
import { codingsOf, decode } from './decode.ts';
import { dial, nameOf } from './dial.ts';
import { type Answer, exchange, type Take } from './exchange.ts';
import type { Matchers } from './match.ts';
import { type Prepared, peerOf } from './prepare.ts';
import { isRedirect, type Onward, Trail } from './redirect.ts';
import { type Contexts, secure } from './secure.ts';
import { tunnel } from './tunnel.ts';

/** What a run finds out on its way; kept also when it fails. */
export type Facts = {
  -readonly [K in 'status' | 'version' | 'ip' | 'redirects' | 'bytes' | 'certificateExpiresAt']?: NonNullable<
    Result[K]
  >;
};

/** What a visit needs. */
export interface Visit {
  readonly course: Course;
  readonly facts: Facts;
  readonly probe: HttpProbe;
  readonly request: HttpRequest;
  readonly prepared: Prepared;
  readonly matchers: Matchers;
  readonly contexts: Contexts;
  /** The vantage's egress proxy. */
  readonly egress: string | undefined;
  /** Headers for a host beyond the request's own: the system's, and the run's. */
  readonly headersFor: (url: URL) => Readonly<Record<string, string>>;
}

/** The last answer, decoded. */
export interface Visited {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty unless a matcher looks at it. */
  readonly body: Buffer;
}

/**
 * Asks, follows redirects, and reads the last answer.
 * @throws Trouble
 */
export async function visit(it: Visit): Promise<Visited> {
  const { facts, request, prepared, matchers } = it;
  const trail = new Trail(prepared, request.redirects);
  const follows = (status: number, headers: IncomingHttpHeaders) =>
    request.redirects > 0 && isRedirect(status) && (headers.location !== undefined || !matchers.status(status));
  const take: Take = {
    begun: (status, version) => Object.assign(facts, { status, version }),
    keeps: (headers) => matchers.wantsBody || codingsOf(headers).length > 0,
    headersSuffice: follows,
  };
  let onward: Onward = { url: prepared.url, method: prepared.method, body: prepared.body, foreign: false };
  for (;;) {
    facts.redirects = trail.count;
    const answer = await hop(it, onward, take);
    if (!follows(answer.status, answer.headers)) return await settle(it, answer);
    onward = trail.next(onward, answer.status, firstOf(answer.headers.location));
  }
}

async function hop(it: Visit, { url, method, body, foreign }: Onward, take: Take): Promise<Answer> {
  const { course, facts, request, probe, egress } = it;
  const peer = peerOf(url);
  course.goTo(url, nameOf(peer));
  // What the hop before it showed is no news of this one.
  for (const name of ['status', 'version', 'ip'] as const) delete facts[name];
  // Before anything is opened: a file that is missing is no fault of the target.
  const handshake =
    url.protocol === 'https:' ? { context: it.contexts.of(request.tls, !foreign), http2: request.http2 } : undefined;
  let socket =
    egress === undefined
      ? await dial(course, peer, request.family)
      : await tunnel(course, egress, peer, probe.timeoutMs);
  // Through a proxy it is the proxy's.
  if (egress === undefined && socket.remoteAddress !== undefined) facts.ip = socket.remoteAddress;
  if (handshake !== undefined) {
    const secured = await secure(course, socket, peer, handshake);
    if (secured.expiresAt !== undefined) facts.certificateExpiresAt = secured.expiresAt;
    if (secured.fault !== undefined) throw secured.fault;
    socket = secured.socket;
  }
  const headers = { ...it.headersFor(url), ...ownHeaders(it.prepared, foreign, body !== undefined) };
  const answer = await exchange(course, socket, { url, method, headers, body }, take);
  course.release();
  return answer;
}

/** A header that came more than once is a list, whatever its type says. */
function firstOf(header: string | undefined): string | undefined {
  const [first]: (string | undefined)[] = [header].flat();
  return first;
}

/** The request's headers as they go to one hop: no credentials to strangers, no word of a body that is not sent. */
function ownHeaders({ headers, credentials, body }: Prepared, foreign: boolean, sent: boolean) {
  if (!foreign && (sent || body === undefined)) return headers;
  const kept = Object.entries(headers).filter(
    ([name]) => !(foreign && credentials.has(name)) && (sent || !name.startsWith('content-')),
  );
  return Object.fromEntries(kept);
}

async function settle({ course, facts, matchers, request }: Visit, answer: Answer): Promise<Visited> {
  const { status, headers } = answer;
  const codings = request.method === 'HEAD' ? [] : codingsOf(headers);
  facts.bytes = answer.bytes;
  if (!matchers.wantsBody && codings.length === 0) return { status, headers, body: Buffer.alloc(0) };
  const body = await decode(course, Buffer.concat(answer.chunks), codings);
  facts.bytes = body.length;
  return { status, headers, body };
}
