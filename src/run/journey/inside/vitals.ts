/**
 * Web vitals of the run's pages, measured in the page by the `web-vitals` library. Of several page loads the worst
 * value counts.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright';
import type { Vitals } from '../../../result/result.ts';

/** Waiting for the first frame of a page that nobody looked at yet, milliseconds. */
const frameMsMax = 50;

/** The function by which a page reports; it is taken off the page before its own scripts run. */
export const vitalBinding = '__vedetteVital';

/** What is run in every document before its own scripts. Changes are told at once: a page may be left at any time. */
export function vitalsScript(): string {
  const main = createRequire(import.meta.url).resolve('web-vitals');
  const library = readFileSync(join(dirname(main), 'web-vitals.iife.js'), 'utf8').replace(/\/\/# source.*\s*$/, '');
  return `(() => {
    const tell = globalThis.${vitalBinding};
    delete globalThis.${vitalBinding};
    if (self !== top || !tell || !/^https?:$/.test(location.protocol)) return;
    ${library}
    const say = ({ name, value }) => tell(JSON.stringify([name, value]));
    for (const on of ['onLCP', 'onFCP', 'onCLS', 'onINP', 'onTTFB']) webVitals[on](say, { reportAllChanges: true });
  })()`;
}

const names: Readonly<Record<string, keyof Vitals>> = { LCP: 'lcp', FCP: 'fcp', CLS: 'cls', INP: 'inp', TTFB: 'ttfb' };

export class VitalsSeen {
  readonly #worst: { -readonly [K in keyof Vitals]: Vitals[K] } = {};
  #painted = true;

  /** A new document is coming: its paint is still to be seen. */
  expectPaint(): void {
    this.#painted = false;
  }

  /** What a page reported; anything else that calls the binding is ignored. */
  hear(payload: string): void {
    const [label, value] = parsed(payload);
    const name = names[String(label)];
    if (name === undefined || typeof value !== 'number' || !Number.isFinite(value) || value < 0) return;
    if (name === 'lcp') this.#painted = true;
    const rounded = name === 'cls' ? Math.round(value * 10_000) / 10_000 : Math.round(value * 10) / 10;
    this.#worst[name] = Math.max(this.#worst[name] ?? 0, rounded);
  }

  /** Lets the last page paint if it has not: a journey may end before its first frame, which would lose its LCP. */
  async settle(page: Page): Promise<void> {
    if (this.#painted || page.isClosed() || !/^https?:/.test(page.url())) return;
    const frame = page.evaluate(`new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))`);
    const timer = Promise.withResolvers<void>();
    const late = setTimeout(timer.resolve, frameMsMax);
    await Promise.race([frame.catch(() => undefined), timer.promise]);
    clearTimeout(late);
  }

  /** `undefined` when nothing was measured. */
  result(): Vitals | undefined {
    return Object.keys(this.#worst).length === 0 ? undefined : { ...this.#worst };
  }
}

function parsed(payload: string): unknown[] {
  try {
    const value: unknown = JSON.parse(payload);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
