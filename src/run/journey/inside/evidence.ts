/**
 * What a failed run shows: a picture of the page as it was.
 */
import type { BrowserContext, Page } from 'playwright';

const screenshotBytesMax = 512 * 1024;
/** Frames in which fields are concealed; a page with more gives no picture. */
const framesMax = 50;

/** Fields whose content nobody must see; everything else on the page is what the user saw. */
const concealed = [
  'input[type="password"]',
  'input[autocomplete*="password"]',
  'input[autocomplete="one-time-code"]',
  'input[autocomplete^="cc-"]',
].join(', ');

/** The page that the journey was on: the last that it opened, if its first is closed or another is in front. */
export function pageInFront(context: BrowserContext, first: Page): Page {
  return context.pages().findLast((page) => !page.isClosed()) ?? first;
}

/** A picture of the visible part, within 512 KiB and `msMax`; `undefined` when the page gives none, frozen for example. */
export async function screenshotOf(
  page: Page,
  msMax: number,
): Promise<{ type: string; content: Uint8Array } | undefined> {
  const until = performance.now() + msMax;
  // A card's number is often typed into a frame of the payment provider's.
  const frames = page.frames();
  if (frames.length > framesMax) return undefined;
  const mask = frames.map((frame) => frame.locator(concealed));
  for (const quality of [75, 40, 15]) {
    const timeout = Math.floor(until - performance.now());
    if (timeout < 50 || page.isClosed()) return undefined;
    const content = await within(
      timeout,
      page.screenshot({
        type: 'jpeg',
        quality,
        timeout,
        scale: 'css',
        animations: 'disabled',
        mask,
        maskColor: '#000000',
      }),
    );
    if (content === undefined) return undefined;
    if (content.byteLength <= screenshotBytesMax) return { type: 'image/jpeg', content: new Uint8Array(content) };
  }
  return undefined;
}

/** What `work` resolves to; `undefined` when it rejects or takes longer. */
export async function within<T>(msMax: number, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, Math.max(0, msMax), undefined);
  const first = await Promise.race([work.catch(() => undefined), promise]);
  clearTimeout(timer);
  return first;
}
