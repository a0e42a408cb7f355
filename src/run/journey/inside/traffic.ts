/**
 * The requests of a run: how many went to which system, how they fared, and which system is suspect when a step fails.
 */
import type { APIRequestContext, BrowserContext, Request } from 'playwright';
import { systemsByHost } from '../../../probe/hosts.ts';
import type { SystemRequests } from '../../../result/result.ts';
import type { SystemHosts } from '../messages.ts';

const groupsMax = 50;
/** Requests followed at a time, and failures remembered; more tell nothing new. */
const pendingMax = 2_000;
const failuresMax = 200;
/** A request that has been under way for so long when a step fails counts as hanging, milliseconds. */
const hangingMs = 1_000;
/** The group of what is beyond the bound. */
const others = 'other';

interface Pending {
  readonly url: URL;
  readonly at: number;
  /** A stream never ends, and is not expected to. */
  readonly endless: boolean;
  failed: boolean;
}

export class Traffic {
  readonly #pending = new Map<object, Pending>();
  readonly #ended: { url: URL; ms: number; failed: boolean }[] = [];
  readonly #failures: { url: URL; at: number }[] = [];
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
    context.on('request', (request) => this.#begin(request, request.url(), request.resourceType() === 'eventsource'));
    context.on('response', (response) => {
      const pending = this.#pending.get(response.request());
      if (pending !== undefined && response.status() >= 500) pending.failed = true;
    });
    context.on('requestfinished', (request) => this.#end(request, false));
    context.on('requestfailed', (request) => this.#end(request, !givenUp(request)));
  }

  /** Follows the requests that the script itself makes. `adapt` may add to their options, e.g. headers. */
  wrap(api: APIRequestContext, adapt: (url: string, options: FetchOptions) => FetchOptions): void {
    // get, post and the others all call fetch.
    const original = api.fetch.bind(api);
    api.fetch = async (target, options) => {
      const url = typeof target === 'string' ? target : target.url();
      const key = {};
      this.#begin(key, url, false);
      let failed = true;
      try {
        const response = await original(target, adapt(url, options));
        failed = response.status() >= 500;
        return response;
      } finally {
        this.#end(key, failed);
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

  /**
   * The system, other than `own`, whose requests failed or hung since `from` (performance.now); those that the probe
   * depends on go first. `undefined` when all went well, or only with hosts that nobody claims.
   */
  suspect(from: number, own: string, dependsOn: readonly string[]): string | undefined {
    const now = performance.now();
    const hanging = [...this.#pending.values()].filter(({ at, endless }) => !endless && now - at >= hangingMs);
    const bad = [...this.#failures.filter(({ at }) => at >= from), ...hanging];
    const names = bad.map(({ url }) => this.#systemOf(url)?.name).filter((name) => name !== undefined && name !== own);
    return names.find((name) => name !== undefined && dependsOn.includes(name)) ?? names[0];
  }

  #begin(key: object, address: string, endless: boolean): void {
    if (!/^https?:/.test(address) || !URL.canParse(address) || this.#pending.size >= pendingMax) return;
    this.#pending.set(key, { url: new URL(address), at: performance.now(), endless, failed: false });
  }

  #end(key: object, failed: boolean): void {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    this.#pending.delete(key);
    const now = performance.now();
    const bad = failed || pending.failed;
    if (bad && this.#failures.length < failuresMax) this.#failures.push({ url: pending.url, at: now });
    this.#ended.push({ url: pending.url, ms: now - pending.at, failed: bad });
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

/** A request that the page itself gave up, by leaving or by choice, did not fail. */
function givenUp(request: Request): boolean {
  return request.failure()?.errorText === 'net::ERR_ABORTED';
}
