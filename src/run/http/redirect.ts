/**
 * Where a redirect leads, and what of the request goes there (the fetch standard's rules).
 */
import type { Ask } from './exchange.ts';
import type { Prepared } from './prepare.ts';
import { Trouble } from './trouble.ts';

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a status asks to go elsewhere. */
export function isRedirect(status: number): boolean {
  return redirects.has(status);
}

/** What the next request keeps of the run's request. */
export type Onward = Omit<Ask, 'headers'> & { readonly foreign: boolean };

/** Follows redirects, and notices when they lead nowhere. */
export class Trail {
  readonly #most: number;
  readonly #prepared: Prepared;
  readonly #seen = new Set<string>();
  /** Redirects followed so far. */
  count = 0;

  constructor(prepared: Prepared, most: number) {
    this.#prepared = prepared;
    this.#most = most;
  }

  /**
   * The request after this one.
   * @throws {@link Trouble} `redirect` when there are too many, they go in circles, or lead to no address
   */
  next(from: Onward, status: number, location: string | undefined): Onward {
    if (location === undefined) throw off(`status ${status} from ${from.url.host} without a location to go to`);
    const url = URL.parse(location, from.url);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      throw off(`status ${status} from ${from.url.host} leads to no http address: ${location}`);
    }
    // The password is not repeated: it may be somebody's.
    if (url.username !== '' || url.password !== '') {
      throw off(
        `status ${status} from ${from.url.host} leads to ${url.host} with a user name in the address; not followed`,
      );
    }
    this.#seen.add(keyOf(from.method, from.url));
    const onward = onwardOf(this.#prepared, from, status, url);
    if (this.#seen.has(keyOf(onward.method, url))) {
      throw off(`redirects go in circles, after ${this.count}: ${from.url.href} leads back to ${url.href}`);
    }
    if (this.count >= this.#most) {
      throw off(`more than ${this.#most} redirects; the last one leads to ${url.href}`);
    }
    this.count++;
    return onward;
  }
}

/** A redirect that leads a vantage into its own network. */
export function refusal(from: string, reach: string, to: string, further: string): Trouble {
  return off(
    `the redirect from ${from} (${reach}) leads to ${to}, which is ${further}: not followed, because a target must not lead a vantage into its own network; if it is meant, name that host in a system's hosts`,
  );
}

function off(message: string): Trouble {
  return new Trouble('redirect', message, { phase: null });
}

function keyOf(method: string, url: URL): string {
  return `${method} ${url.origin}${url.pathname}${url.search}`;
}

function onwardOf(prepared: Prepared, from: Onward, status: number, url: URL): Onward {
  // Once it has been elsewhere it carries no credentials any more, not even back home.
  const foreign = from.foreign || url.origin !== prepared.url.origin;
  const { method } = from;
  const toGet =
    ((status === 301 || status === 302) && method === 'POST') ||
    (status === 303 && method !== 'GET' && method !== 'HEAD');
  if (toGet) return { url, method: 'GET', body: undefined, foreign };
  if (from.body !== undefined && from.url.protocol === 'https:' && url.protocol === 'http:') {
    throw off(`status ${status} would carry the body from https to ${url.origin}, for all to read; it was not sent`);
  }
  if (foreign && from.body !== undefined && prepared.secretBody) {
    throw off(`status ${status} would carry a body with secrets to ${url.origin}; it was not sent`);
  }
  return { url, method, body: from.body, foreign };
}
