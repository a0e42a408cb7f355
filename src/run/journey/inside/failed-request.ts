/**
 * Requests that failed or hang: which of them may have broken the step in which that happened.
 */

/** Remembered of a run; more tell nothing new. */
const failuresMax = 200;

/** A request that failed, or that has been under way for long. Times are those of `performance.now()`. */
export interface FailedRequest {
  readonly url: URL;
  readonly method: string;
  /** When it failed; the present for one that hangs. */
  readonly at: number;
  readonly ms: number;
  readonly status?: number;
  readonly error?: string;
  readonly hanging: boolean;
  /** It was for the document of a page itself. */
  readonly page: boolean;
  /** What the script was thrown, where it made the request itself. */
  readonly thrown?: unknown;
}

/** What failed in a run, in the order in which it did. */
export class FailedRequests {
  readonly #all: FailedRequest[] = [];

  add(failed: FailedRequest): void {
    if (this.#all.length < failuresMax) this.#all.push(failed);
  }

  /** It was asked again, and went well: what came of it before has broken nothing. */
  forget(method: string, url: URL): void {
    for (let at = this.#all.length - 1; at >= 0; at--) {
      const failed = this.#all[at];
      if (failed?.method === method && addressOf(failed.url) === addressOf(url)) this.#all.splice(at, 1);
    }
  }

  /** Those that failed since a time, the oldest first. */
  since(from: number): FailedRequest[] {
    return this.#all.filter(({ at }) => at >= from);
  }
}

/** Whether it broke what asked for it, as far as can be told from outside: an answer of 400 to 428 may be one to live with. */
export function isBad({ hanging, error, status }: FailedRequest): boolean {
  return hanging || error !== undefined || refuses(status);
}

/** Whether a status says that the server did not do its work. */
export function refuses(status: number | undefined): boolean {
  return status !== undefined && (status >= 500 || status === 429);
}

const urlCharsMax = 120;

/** One request in words: `POST https://pay.example/v1/charges answered 503 after 120 ms`. */
export function failedTold({ method, url, status, error, ms, hanging }: FailedRequest): string {
  const asked = `${method} ${addressOf(url)}`.slice(0, urlCharsMax);
  const took = `${Math.round(ms)} ms`;
  if (hanging && status !== undefined) return `${asked} answered ${status}, and has not ended for ${took}`;
  if (hanging) return `${asked} has not answered for ${took}`;
  return error === undefined ? `${asked} answered ${status} after ${took}` : `${asked} failed after ${took} (${error})`;
}

/** Without what may hold anything: user, query and hash. */
function addressOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
