/**
 * The requests of a run: how many went to which system, how they fared, and which of them failed or hang.
 */
import type { APIRequestContext, APIResponse, BrowserContext, Frame, Page, Request } from 'playwright';
import { asError } from '../../../base/errors.ts';
import { systemsByHost } from '../../../probe/hosts.ts';
import type { SystemRequests } from '../../../result/result.ts';
import type { SystemHosts } from '../messages.ts';
import type { DocumentAnswer } from './documents.ts';
import { type FailedRequest, FailedRequests, refuses } from './failed-request.ts';

const groupsMax = 50;
/** Requests followed at a time; more tell nothing new. */
const pendingMax = 2_000;
/** A request that has been under way for so long counts as hanging, milliseconds. */
const hangingMs = 1_000;
/** The group of what is beyond the bound. */
const others = 'other';
/** A page waits for these to end, not only to begin. */
const awaitedToEnd: ReadonlySet<string> = new Set(['document', 'script', 'stylesheet']);

interface Pending {
  url: URL;
  readonly method: string;
  readonly at: number;
  /** Of the browser's kinds: `document`, `fetch`, `script` …; `api` for what the script asks itself. */
  readonly type: string;
  /** It is for the document of a page itself. */
  readonly page: boolean;
  status?: number;
}

export class Traffic {
  readonly #pending = new Map<object, Pending>();
  readonly #ended: { url: URL; ms: number; failed: boolean }[] = [];
  readonly #failed = new FailedRequests();
  readonly #groups = new Map<string, { count: number; failed: number; slowestMs: number }>();
  /** When a frame set out for another document: what it then gives up has not failed. */
  readonly #leftAt = new WeakMap<Frame, number>();
  #systemOf: (url: URL) => SystemHosts | undefined = () => undefined;
  /** How the script's own last request was answered. */
  lastAnswer: DocumentAnswer | undefined;
  /** When something was last answered over https. */
  secureAnswerAt = Number.NEGATIVE_INFINITY;

  /** Says whose hosts are whose; what was seen before is counted now. */
  begin(systems: readonly SystemHosts[]): void {
    this.#systemOf = systemsByHost(systems);
  }

  /** The system that a URL belongs to. */
  systemOf(url: string): SystemHosts | undefined {
    return URL.canParse(url) ? this.#systemOf(new URL(url)) : undefined;
  }

  /** Follows all requests of a browser context's pages, and their web sockets. */
  watch(context: BrowserContext): void {
    context.on('request', (request) => {
      const frame = request.isNavigationRequest() ? frameOf(request) : undefined;
      if (frame !== undefined) this.#leftAt.set(frame, performance.now());
      this.#begin(request, request.url(), {
        method: request.method(),
        type: request.resourceType(),
        page: frame?.parentFrame() === null,
      });
    });
    context.on('response', (response) => {
      const pending = this.#pending.get(response.request());
      if (pending === undefined) return;
      pending.status = response.status();
      if (pending.url.protocol === 'https:') this.secureAnswerAt = performance.now();
    });
    context.on('requestfinished', (request) => this.#end(request));
    context.on('requestfailed', (request) => this.#end(request, this.#errorOf(request)));
    for (const page of context.pages()) this.#watchSockets(page);
    context.on('page', (page) => this.#watchSockets(page));
  }

  /** Follows the requests that the script itself makes. `adapt` may add to their options, e.g. headers. */
  wrap(api: APIRequestContext, adapt: (url: string, options: FetchOptions) => FetchOptions): void {
    // get, post and the others all call fetch.
    const original = api.fetch.bind(api);
    api.fetch = async (target, options) => {
      const url = typeof target === 'string' ? target : target.url();
      const key = {};
      this.#begin(key, url, { method: options?.method ?? 'GET', type: 'api', page: false });
      try {
        const response = await original(target, adapt(url, options));
        this.#answered(key, response);
        return response;
      } catch (thrown) {
        const pending = this.#pending.get(key);
        // Redirects may have led elsewhere; the log of the call says where.
        const last = lastAskedIn(thrown);
        if (pending !== undefined && last !== undefined) pending.url = last;
        this.#end(key, firstLineOf(thrown), thrown);
        throw thrown;
      }
    };
  }

  /** Requests under way. */
  get busy(): number {
    return this.#pending.size;
  }

  /** Requests by system, or by host where nobody claims it. */
  summary(): Record<string, SystemRequests> {
    for (const { url, ms, failed } of this.#ended.splice(0)) this.#count(url, failed, ms);
    const summary = new Map([...this.#groups].map(([name, group]) => [name, { ...group }]));
    for (const { url } of this.#pending.values()) {
      const group = summary.get(this.#groupOf(url));
      if (group !== undefined) group.count += 1;
      else if (summary.size < groupsMax) summary.set(this.#groupOf(url), { count: 1, failed: 0, slowestMs: 0 });
    }
    return Object.fromEntries(summary);
  }

  /** What failed since `from` (performance.now()) or hangs now, the oldest first. Answers of 400 to 499 are among it. */
  failedSince(from: number): FailedRequest[] {
    const now = performance.now();
    const hanging = [...this.#pending.values()].filter((one) => hangs(one, now));
    return [
      ...this.#failed.since(from),
      ...hanging.map(({ url, method, at, page, status }): FailedRequest => {
        const seen = status === undefined ? {} : { status };
        return { url, method, at: now, ms: now - at, page, ...seen, hanging: true };
      }),
    ];
  }

  #begin(key: object, address: string, about: Pick<Pending, 'method' | 'type' | 'page'>): void {
    if (!/^https?:/.test(address) || !URL.canParse(address) || this.#pending.size >= pendingMax) return;
    this.#pending.set(key, { url: new URL(address), at: performance.now(), ...about });
  }

  #answered(key: object, response: APIResponse): void {
    const url = response.url();
    const status = response.status();
    this.lastAnswer = { url, status, statusText: response.statusText(), headers: response.headers() };
    const pending = this.#pending.get(key);
    if (pending !== undefined) {
      pending.status = status;
      if (URL.canParse(url)) pending.url = new URL(url);
    }
    this.#end(key);
  }

  #end(key: object, error?: string, thrown?: unknown): void {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    this.#pending.delete(key);
    const { url, method, page, status } = pending;
    const at = performance.now();
    const ms = at - pending.at;
    if (error !== undefined || (status ?? 0) >= 400) {
      const seen = {
        ...(status === undefined ? {} : { status }),
        ...(error === undefined ? {} : { error }),
        ...(thrown === undefined ? {} : { thrown }),
      };
      this.#failed.add({ url, method, at, ms, page, ...seen, hanging: false });
    } else if (status !== undefined) this.#failed.forget(method, url);
    this.#ended.push({ url, ms, failed: error !== undefined || refuses(status) });
    if (this.#ended.length >= pendingMax) this.summary();
  }

  /** What went wrong with a request; nothing where the page gave it up by leaving, or soon by choice. */
  #errorOf(request: Request): string | undefined {
    const said = request.failure()?.errorText ?? 'failed';
    if (said !== 'net::ERR_ABORTED') return said;
    const pending = this.#pending.get(request);
    if (pending === undefined || pending.status !== undefined) return undefined;
    const ms = performance.now() - pending.at;
    // Clients give up by a time of their own what does not answer.
    if (ms < hangingMs || this.#isLeft(frameOf(request), pending.at)) return undefined;
    return `no answer; the page gave it up`;
  }

  #isLeft(frame: Frame | undefined, since: number): boolean {
    if (frame === undefined || frame.isDetached() || frame.page().isClosed()) return true;
    for (let at: Frame | null = frame; at !== null; at = at.parentFrame()) {
      if ((this.#leftAt.get(at) ?? Number.NEGATIVE_INFINITY) >= since) return true;
    }
    return false;
  }

  #watchSockets(page: Page): void {
    page.on('websocket', (socket) => {
      const began = performance.now();
      socket.on('socketerror', (error) => {
        const url = socket.url();
        const at = performance.now();
        if (URL.canParse(url)) {
          const ms = at - began;
          this.#failed.add({ url: new URL(url), method: 'WS', at, ms, page: false, error, hanging: false });
        }
      });
    });
  }

  #count(url: URL, failed: boolean, ms: number): void {
    const name = this.#groupOf(url);
    const group = this.#groups.get(name) ?? { count: 0, failed: 0, slowestMs: 0 };
    group.count += 1;
    if (failed) group.failed += 1;
    group.slowestMs = Math.max(group.slowestMs, Math.round(ms));
    this.#groups.set(name, group);
  }

  #groupOf(url: URL): string {
    const name = this.#systemOf(url)?.name ?? url.host;
    // One place is kept for the rest.
    return this.#groups.has(name) || this.#groups.size < groupsMax - 1 ? name : others;
  }
}

type FetchOptions = Parameters<APIRequestContext['fetch']>[1];

/** One whose answer has begun hangs only where the page waits for its end: a stream never ends, and is not expected to. */
function hangs({ at, type, status }: Pending, now: number): boolean {
  if (now - at < hangingMs || type === 'eventsource') return false;
  return status === undefined || awaitedToEnd.has(type);
}

/** The frame that asked; a service worker has none, and a page that is gone has none any more. */
function frameOf(request: Request): Frame | undefined {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}

/** Without the name of the call and the log that Playwright adds. */
function firstLineOf(thrown: unknown): string {
  const [line = ''] = asError(thrown).message.split('\n');
  return line.replace(/^apiRequestContext\.\w+: /, '');
}

/** The last address that the log of a call to the API client says it asked. */
export function lastAskedIn(thrown: unknown): URL | undefined {
  const asked = [...asError(thrown).message.matchAll(/→ [A-Z]+ (\S+)/g)].at(-1)?.[1];
  return asked !== undefined && URL.canParse(asked) ? new URL(asked) : undefined;
}
