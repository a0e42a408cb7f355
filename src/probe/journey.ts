/**
 * `journey`: a script that uses the shop as a person does. It runs in a child process, in a browser context of its own.
 */
import type { APIRequestContext, BrowserContext, Page } from 'playwright';
import type { Duration } from '../base/time.ts';
import type { TraceSetting } from './definition.ts';
import { define } from './dsl-value.ts';
import type { Axes, LookingOptions, NoAxes, ProbeId, Timing, ValuesOf } from './options.ts';
import type { Names, RegisteredNames } from './register.ts';

/** Options of {@link journey}. */
export type JourneyOptions<V extends Axes, S extends readonly string[], N extends Names> = LookingOptions<V, N> &
  Timing & {
    /** A device of Playwright's registry, e.g. `iPhone 15`. */
    readonly device?: string;
    /** The browser's language, e.g. `de-DE`. */
    readonly locale?: string;
    /** The browser's time zone (IANA), and the one in which `cron` is read. */
    readonly timezone?: string;
    /** Where the browser says it is, degrees. */
    readonly geolocation?: { readonly latitude: number; readonly longitude: number };
    /** Budgets; a run beyond one is degraded. `cls` has no unit. */
    readonly vitals?: {
      readonly lcp?: Duration;
      readonly fcp?: Duration;
      readonly cls?: number;
      readonly inp?: Duration;
      readonly ttfb?: Duration;
    };
    /**
     * When a Playwright trace is kept: `always`, or `never`. By default of confirmations that do not pass, and of manual
     * runs that ask for it.
     */
    readonly trace?: TraceSetting;
    /** Secrets that the script may read; nothing else of the vantage's environment reaches it. */
    readonly secrets?: S;
  };

/** What a journey's script is given, besides the variant's values. */
export interface JourneyTools<S extends readonly string[]> {
  /** Playwright's page, in a fresh context; a script that does not name it (or `context`) starts no browser. */
  readonly page: Page;
  readonly context: BrowserContext;
  /** Playwright's API client. */
  readonly request: APIRequestContext;
  /** Names a part of the journey: it is timed, and a failure in it carries its name. Returns what `body` returns. */
  readonly step: <T>(name: string, body: () => Promise<T> | T) => Promise<T>;
  /** The value of a secret that `secrets` names. */
  readonly secret: (name: S[number]) => string;
  /** Registers what is to be done at the end, whatever happened; last registered, first done. */
  readonly cleanup: (body: () => unknown) => void;
}

/** Names that a variant cannot have in a journey, because its script is given something else by them. */
export const journeyToolNames = [
  'page',
  'context',
  'request',
  'step',
  'secret',
  'cleanup',
] as const satisfies readonly (keyof JourneyTools<[]>)[];

/** What a journey's script is given. */
export type JourneyArgs<V extends Axes, S extends readonly string[]> = JourneyTools<S> & ValuesOf<V>;

/** The signature of {@link journey}, for the names of a landscape. */
export type DefineJourney<N extends Names> = <
  const V extends Axes = NoAxes,
  const S extends readonly N['secret'][] = [],
>(
  id: ProbeId<N>,
  options: JourneyOptions<V, S, N>,
  script: (args: JourneyArgs<V, S>) => unknown,
) => JourneyDefinition;

/** What {@link journey} returns, to be exported by a name of its own or as the default. */
export interface JourneyDefinition {
  readonly vedette: 'journey';
  readonly id: string;
}

/**
 * Defines a journey. It passes when the script returns, and fails when an expectation does.
 * @example
 * export default journey('shop/search', { every: '5m', variants: { market: ['de', 'fr'] } },
 *   async ({ page, step, market }) => {
 *     await step('open the shop', () => page.goto(`https://shop.example/${market}`));
 *     await step('find milk', async () => { await expect(page.getByText('Milk')).toBeVisible(); });
 *   });
 */
export const journey: DefineJourney<RegisteredNames> = (id, options, script) =>
  define('journey', id, options, { script });
