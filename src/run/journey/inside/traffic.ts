/**
 * The requests of a run: how many went to which system, how they fared, and which system is suspect when a step fails.
 */
import type { APIRequestContext, BrowserContext, Request } from 'playwright';
import { asError } from '../../../base/errors.ts';
import { systemsByHost } from '../../../probe/hosts.ts';
import type { SystemRequests } from '../../../result/result.ts';
import type { SystemHosts } from '../messages.ts';

const groupsMax = 50;
/** Requests followed at a time, and faults remembered; more tell nothing new. */
const pendingMax = 2_000;
const faultsMax = 200;
/** A request that has been under way for so long when a step fails counts as hanging, milliseconds. */
const hangingMs = 1_000;
/** The group of what is beyond the bound. */
const others = 'other';

interface Pending {
  readonly url: URL;
  readonly method: string;
  readonly at: number;
  /** A stream never ends, and is not expected to. */
  readonly endless: boolean;
  status?: number;
}

/** A request that failed, or has been under way for long. Times are those of `performance.now()`. */
export interface Fault {
  readonly url: URL;
  readonly method: string;
  /** When it failed; the present for one that hangs. */
  readonly at: number;
  readonly ms: number;
  readonly status?: number;
  readonly error?: string;
  readonly hanging: boolean;
}

export class Traffic {
  readonly #pending = new Map<object, Pending>();
  readonly #ended: { url: URL; ms: number; failed: boolean }[] = [];
  readonly #faults: Fault[] = [];
  readonly #groups = new Map<string, { count: number; failed: number; slowestMs: number }>();
  #systemOf: (url: URL) => SystemHosts | undefined = () => undefined;

  /** Says whose hosts are whose; what was seen before is counted now. */
  begin(systems: readonly SystemHosts[]): void {
    this.#systemOf = systemsByHost(systems);
  }

  /** The system that a URL belongs to. */
  systemOf(url: string): SystemHosts | undefined {
    return URL.canParse(url) ? this.#systemOf(new URL(url)) : undefined;
  }

  /** Follows all requests of a browser context's pages. */
  watch(context: BrowserContext): void {
    context.on('request', (request) =>
      this.#begin(request, request.url(), request.method(), request.resourceType() === 'eventsource'),
    );
    context.on('response', (response) => {
      const pending = this.#pending.get(response.request());
      if (pending !== undefined) pending.status = response.status();
    });
    context.on('requestfinished', (request) => this.#end(request));
    context.on('requestfailed', (request) => this.#end(request, givenUp(request) ? undefined : errorOf(request)));
  }

  /** Follows the requests that the script itself makes. `adapt` may add to their options, e.g. headers. */
  wrap(api: APIRequestContext, adapt: (url: string, options: FetchOptions) => FetchOptions): void {
    // get, post and the others all call fetch.
    const original = api.fetch.bind(api);
    api.fetch = async (target, options) => {
      const url = typeof target === 'string' ? target : target.url();
      const key = {};
      this.#begin(key, url, options?.method ?? 'GET', false);
      try {
        const response = await original(target, adapt(url, options));
        const pending = this.#pending.get(key);
        if (pending !== undefined) pending.status = response.status();
        this.#end(key);
        return response;
      } catch (thrown) {
        this.#end(key, firstLineOf(thrown));
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
  faultsSince(from: number): Fault[] {
    const now = performance.now();
    const hanging = [...this.#pending.values()]
      .filter(({ at, endless }) => !endless && now - at >= hangingMs)
      .map(({ url, method, at }): Fault => ({ url, method, at: now, ms: now - at, hanging: true }));
    return [...this.#faults.filter(({ at }) => at >= from), ...hanging];
  }

  #begin(key: object, address: string, method: string, endless: boolean): void {
    if (!/^https?:/.test(address) || !URL.canParse(address) || this.#pending.size >= pendingMax) return;
    this.#pending.set(key, { url: new URL(address), method, at: performance.now(), endless });
  }

  #end(key: object, error?: string): void {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    this.#pending.delete(key);
    const { url, method, status } = pending;
    const at = performance.now();
    const ms = at - pending.at;
    if ((error !== undefined || (status ?? 0) >= 400) && this.#faults.length < faultsMax) {
      const seen = { ...(status === undefined ? {} : { status }), ...(error === undefined ? {} : { error }) };
      this.#faults.push({ url, method, at, ms, ...seen, hanging: false });
    }
    this.#ended.push({ url, ms, failed: error !== undefined || refuses(status) });
    if (this.#ended.length >= pendingMax) this.summary();
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

/** Whether a status says that the server did not do its work; other statuses beyond 399 may be an answer. */
function refuses(status: number | undefined): boolean {
  return status !== undefined && (status >= 500 || status === 429);
}

/** Whether it broke what asked for it, as far as can be told from outside. */
export function isBad({ hanging, error, status }: Fault): boolean {
  return hanging || error !== undefined || refuses(status);
}

/** A request that the page itself gave up, by leaving or by choice, did not fail. */
function givenUp(request: Request): boolean {
  return request.failure()?.errorText === 'net::ERR_ABORTED';
}

function errorOf(request: Request): string {
  return request.failure()?.errorText ?? 'failed';
}

/** Without the name of the call and the log that Playwright adds. */
function firstLineOf(thrown: unknown): string {
  const [line = ''] = asError(thrown).message.split('\n');
  return line.replace(/^apiRequestContext\.\w+: /, '');
}
