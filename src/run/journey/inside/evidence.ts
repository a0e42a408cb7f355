/**
 * What a failed run shows of its page: a picture, the document, address and title.
 */
import type { BrowserContext, Page } from 'playwright';
import { copyDocument } from './document-copy.ts';
import { type Picture, pictureOf } from './picture.ts';

const urlCharsMax = 2_000;
const copyMsMax = 500;

/** What the page in front showed; texts are not redacted. */
export interface Evidence {
  readonly picture?: Picture;
  readonly title?: string;
  readonly html?: string;
  /** The beginning of the document as it is, scripts included. */
  readonly head?: string;
  /** Addresses of the frames inside the page. */
  readonly frames: readonly string[];
}

/** The page that the journey was on: the last that it opened, if its first is closed or another is in front. */
export function pageInFront(context: BrowserContext, first: Page): Page {
  return context.pages().findLast((page) => !page.isClosed()) ?? first;
}

/** The address that a page shows, cut; `undefined` before it went anywhere. */
export function addressOf(page: Page, redact: (text: string) => string): string | undefined {
  const url = page.url();
  return url === 'about:blank' || url === '' ? undefined : redact(url).slice(0, urlCharsMax);
}

/** Looks at a page for `msMax` at the most; what it does not show in that time is missing. Never rejects. */
export async function gather(page: Page, secrets: readonly string[], msMax: number): Promise<Evidence> {
  const [picture, copy] = await Promise.all([
    pictureOf(page, secrets, msMax).catch(() => undefined),
    copyDocument(page, Math.min(copyMsMax, msMax)),
  ]);
  const frames = page
    .frames()
    .slice(1, 50)
    .map((frame) => frame.url());
  return { ...(picture === undefined ? {} : { picture }), ...copy, frames };
}
