/**
 * How the pages themselves were answered: the last answer to each page's own address.
 */
import type { BrowserContext, Page, Response } from 'playwright';

/** The answer to a page's address. */
export interface DocumentAnswer {
  readonly url: string;
  readonly status: number;
  /** `Not Found` and the like; often empty over HTTP/2. */
  readonly statusText: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Remembers the last answer to each page's address. */
export class Documents {
  readonly #last = new WeakMap<Page, DocumentAnswer>();

  watch(context: BrowserContext): void {
    context.on('response', (response) => {
      const page = pageOf(response);
      if (page === undefined) return;
      const answer = { url: response.url(), status: response.status(), statusText: response.statusText() };
      this.#last.set(page, { ...answer, headers: response.headers() });
    });
  }

  /** The answer to the address that a page shows now; `undefined` before the first. */
  of(page: Page): DocumentAnswer | undefined {
    return this.#last.get(page);
  }
}

/** The page whose own document this answers. */
function pageOf(response: Response): Page | undefined {
  const request = response.request();
  if (!request.isNavigationRequest()) return undefined;
  try {
    const frame = request.frame();
    return frame.parentFrame() === null ? frame.page() : undefined;
  } catch {
    // A service worker's request has no frame, and one of a page that was closed has none any more.
    return undefined;
  }
}
