/**
 * A picture of the page as it was, without what nobody must see.
 */
import type { Frame, Locator, Page } from 'playwright';
import { within } from './within.ts';

const screenshotBytesMax = 512 * 1024;
/** Frames in which fields are concealed; a page with more gives no picture. */
const framesMax = 50;
/** Fields of a frame that are looked into for secrets, and secrets that are looked for. */
const fieldsMax = 100;
const secretsMax = 20;
/** A shorter text would cover half the page. */
const secretCharsMin = 4;
const fieldsMsMax = 200;

/** Fields whose content nobody must see; everything else on the page is what the user saw. */
export const concealed = [
  'input[type="password"]',
  'input[autocomplete*="password"]',
  'input[autocomplete="one-time-code"]',
  'input[autocomplete^="cc-"]',
].join(', ');

/** A file made of the page. */
export interface Picture {
  readonly type: string;
  readonly content: Uint8Array;
}

/**
 * A picture of the visible part, within 512 KiB and `msMax`; `undefined` when the page gives none, frozen for example.
 * Fields of passwords and cards, and every place that shows one of these secrets, are covered.
 */
export async function pictureOf(page: Page, secrets: readonly string[], msMax: number): Promise<Picture | undefined> {
  const until = performance.now() + msMax;
  // A card's number is often typed into a frame of the payment provider's.
  const frames = page.frames();
  if (frames.length > framesMax) return undefined;
  const mask = (await Promise.all(frames.map((frame) => covered(frame, secrets)))).flat();
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

/** What is covered in a frame. */
async function covered(frame: Frame, secrets: readonly string[]): Promise<Locator[]> {
  const sought = secrets.filter((secret) => secret.length >= secretCharsMin).slice(0, secretsMax);
  const shown = sought.map((secret) => frame.getByText(secret));
  return [frame.locator(concealed), ...shown, ...(sought.length === 0 ? [] : await fieldsWith(frame, sought))];
}

/** Fields that hold a secret. Their values come here; the secrets do not go to the page. */
async function fieldsWith(frame: Frame, secrets: readonly string[]): Promise<Locator[]> {
  const fields = frame.locator('input, textarea');
  const reading = fields.evaluateAll(
    (all, most) => all.slice(0, most).map((field) => ('value' in field ? String(field.value) : '')),
    fieldsMax,
  );
  const values = (await within(fieldsMsMax, reading)) ?? [];
  return values.flatMap((value, at) => (secrets.some((secret) => value.includes(secret)) ? [fields.nth(at)] : []));
}
