/**
 * From a prepared request to its last answer: connection, TLS and exchange for every hop.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { HttpProbe, HttpRequest } from '../../probe/definition.ts';
import type { Result } from '../../result/result.ts';
import { hintsAtWall } from '../blocked.ts';
import type { Course } from './course.ts';
import { codingsOf, decode } from './decode.ts';
import { type Choice, dial, nameOf } from './dial.ts';
import { exchange } from './exchange.ts';
import type { Answer, Take } from './listener.ts';
import type { Matchers } from './match.ts';
import { type Prepared, peerOf } from './prepare.ts';
import { mayLead, reachOf } from './reach.ts';
import { isRedirect, type Onward, refusal, Trail } from './redirect.ts';
import { type Contexts, secure } from './secure.ts';
import { Trouble } from './trouble.ts';
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
  /** Whether a system of the landscape claims the host. */
  readonly claimed: (url: URL) => boolean;
  /** Headers for a host beyond the request's own: the system's, and the run's. */
  readonly headersFor: (url: URL) => Readonly<Record<string, string>>;
}

/** The last answer, decoded. */
export interface Visited {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty unless somebody looks at it. */
  readonly body: Buffer;
  /** What it came from. */
  readonly url: URL;
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
    // What comes with an unexpected status says why.
    keeps: (status, headers) =>
      matchers.wantsBody || !matchers.status(status) || codingsOf(headers).length > 0 || hintsAtWall(headers),
    headersSuffice: follows,
  };
  let onward: Onward = { url: prepared.url, method: prepared.method, body: prepared.body, foreign: false };
  let against: Choice['against'];
  for (;;) {
    facts.redirects = trail.count;
    const answer = await hop(it, onward, take, against);
    if (!follows(answer.status, answer.headers)) return await settle(it, answer, onward.url);
    const from = onward.url;
    onward = trail.next(onward, answer.status, firstOf(answer.headers.location));
    against = guard(it, from, onward.url);
  }
}

/** Keeps a redirect from leading further in than where it came from, unless a system claims the place. */
function guard({ facts, claimed, egress }: Visit, from: URL, to: URL): Choice['against'] {
  if (claimed(to)) return undefined;
  const { host } = peerOf(from);
  const { status, version, ip } = facts;
  const address = egress === undefined ? ip : host;
  // A name that a proxy looks up may stand for a private address: then only what is closer still is refused.
  const reach = address === undefined || isIP(address) === 0 ? 'private' : reachOf(address);
  return (found) => {
    const further = reachOf(found);
    if (mayLead(reach, further)) return undefined;
    Object.assign(facts, { status, version, ip });
    return refusal(nameOf(peerOf(from)), reach, nameOf(peerOf(to)), `${found}, a ${further} address`);
  };
}

async function hop(it: Visit, onward: Onward, take: Take, against: Choice['against']): Promise<Answer> {
  const { url, method, body, foreign } = onward;
  const { course, facts, request, probe, egress, contexts } = it;
  const peer = peerOf(url);
  course.goTo(url, nameOf(peer));
  // What the hop before it showed is no news of this one.
  for (const name of ['status', 'version', 'ip'] as const) delete facts[name];
  const direct = egress === undefined;
  // Before anything is opened: a file that is missing is no fault of the target.
  const handshake =
    url.protocol === 'https:'
      ? { context: contexts.of(request.tls, !foreign), http2: request.http2, direct }
      : undefined;
  let socket = direct
    ? await dial(course, peer, { family: request.family, against })
    : await tunnel(course, egress, peer, {
        msMax: probe.timeoutMs,
        context: () => contexts.of(undefined, false),
        against,
      });
  // Through a proxy it is the proxy's.
  if (direct && socket.remoteAddress !== undefined) facts.ip = socket.remoteAddress;
  if (handshake !== undefined) {
    course.enter('tls');
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

async function settle({ course, facts, matchers, request }: Visit, answer: Answer, url: URL): Promise<Visited> {
  const { status, headers, chunks } = answer;
  const codings = request.method === 'HEAD' ? [] : codingsOf(headers);
  facts.bytes = answer.bytes;
  if (chunks.length === 0 && codings.length === 0) return { status, headers, url, body: Buffer.alloc(0) };
  const body = await decode(course, Buffer.concat(chunks), codings).catch((thrown: unknown) => {
    // A status that was not expected says more than a body that cannot be read.
    if (matchers.status(status) || !(thrown instanceof Trouble)) throw thrown;
    if (thrown.reason !== 'encoding' && thrown.reason !== 'size') throw thrown;
    return Buffer.alloc(0);
  });
  facts.bytes = body.length;
  return { status, headers, url, body };
}
