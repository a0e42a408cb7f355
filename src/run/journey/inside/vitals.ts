/**
 * Web vitals of the run's pages, measured in the page by the `web-vitals` library. Of several page loads the worst
 * value counts.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright';
import type { Vitals } from '../../../result/result.ts';

/** Waiting for the last page's paint and interactions, milliseconds; a frame is enough unless the machine is busy. */
const settleMsMax = 250;

/**
 * Evaluated in the page. How long an interaction took is known with the frame after it. The library then waits for an
 * idle moment, which a page that nothing moves may grant only after a second, or for a change of visibility: that it
 * is told of, on the window, where pages do not listen for it. Asking for a frame also brings the first paint forward.
 */
const interactionTold = `new Promise((done) => {
  const frame = (left) => requestAnimationFrame(() => setTimeout(() => {
    if (!performance.interactionCount) return done();
    dispatchEvent(new Event('visibilitychange'));
    if (left > 1) frame(left - 1);
    else done();
  }));
  frame(2);
})`;

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
  #onPaint: () => void = () => {};

  /** A new document is coming: its paint is still to be seen. */
  expectPaint(): void {
    this.#painted = false;
  }

  /** What a page reported; anything else that calls the binding is ignored. */
  hear(payload: string): void {
    const [label, value] = parsed(payload);
    const name = names[String(label)];
    if (name === undefined || typeof value !== 'number' || !Number.isFinite(value) || value < 0) return;
    if (name === 'lcp') {
      this.#painted = true;
      this.#onPaint();
    }
    const rounded = name === 'cls' ? Math.round(value * 10_000) / 10_000 : Math.round(value * 10) / 10;
    this.#worst[name] = Math.max(this.#worst[name] ?? 0, rounded);
  }

  /**
   * Lets the last page tell what it has not told yet: a journey may end before its first frame, which would lose its
   * LCP, or before the one that answers a click, which would lose its INP.
   */
  async settle(page: Page): Promise<void> {
    if (page.isClosed() || !/^https?:/.test(page.url())) return;
    const painted = Promise.withResolvers<void>();
    if (this.#painted) painted.resolve();
    this.#onPaint = painted.resolve;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, settleMsMax);
    const told = page.evaluate(interactionTold).catch(() => painted.resolve());
    await Promise.race([Promise.all([painted.promise, told]), late.promise]);
    clearTimeout(timer);
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
