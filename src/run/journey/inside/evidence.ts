/**
 * What a failed run shows of its page: a picture, the document, address and title.
 */
import type { BrowserContext, Frame, Page } from 'playwright';
import { challengesIn } from '../../blocked.ts';
import { copyDocument } from './document-copy.ts';
import { type Picture, pictureOf } from './picture.ts';
import { within } from './within.ts';

const urlCharsMax = 2_000;
const copyMsMax = 500;
/** A frame in which something is asked is larger than this in both directions. */
const challengePixelsMin = 40;

/** What the page in front showed; texts are not redacted. */
export interface Evidence {
  readonly picture?: Picture;
  readonly title?: string;
  readonly html?: string;
  /** The beginning of the document as it is, scripts included. */
  readonly head?: string;
  /** Addresses of the frames that can be seen and may ask for proof that somebody is no bot. */
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
  const [picture, copy, frames] = await Promise.all([
    pictureOf(page, secrets, msMax).catch(() => undefined),
    copyDocument(page, Math.min(copyMsMax, msMax)),
    challengesOf(page, Math.min(copyMsMax, msMax)),
  ]);
  return { ...(picture === undefined ? {} : { picture }), ...copy, frames };
}

/** Those of a page's frames in which a visitor is challenged: a page keeps them ready, but out of sight. */
async function challengesOf(page: Page, msMax: number): Promise<readonly string[]> {
  const candidates = page.frames().filter((frame) => challengesIn(frame.url()));
  const seen = await Promise.all(
    candidates.map(async (frame) => ((await within(msMax, isSeen(frame))) ? [frame.url()] : [])),
  );
  return seen.flat();
}

async function isSeen(frame: Frame): Promise<boolean> {
  const element = await frame.frameElement();
  const box = await element.boundingBox();
  // Some are moved far beyond the page's edge instead of being hidden.
  const inSight = box !== null && box.x + box.width > 0 && box.y + box.height > 0;
  return inSight && box.width >= challengePixelsMin && box.height >= challengePixelsMin && (await element.isVisible());
}
