/**
 * Options that every kind of probe has, as types.
 */
import type { Duration } from '../base/time.ts';
import type { Severity } from './definition.ts';
import type { Names } from './register.ts';

/** `variants`: a name and its values, written out. A probe runs once for every combination. */
export type Axes = Readonly<Record<string, readonly string[]>>;

/** No variants. */
export type NoAxes = Readonly<Record<never, readonly string[]>>;

/** The values of one variant, e.g. `{ market: 'de' | 'fr' }`. */
export type ValuesOf<V extends Axes> = { readonly [K in keyof V]: V[K][number] };

/** A value, or how to make it from the variant; a function is called once for each variant, at load. */
export type PerVariant<T, V extends Axes> = T | ((variant: ValuesOf<V>) => T);

/** `system/name`. */
export type ProbeId<N extends Names> = `${N['system']}/${string}`;

/** When it runs: at an interval, or by a cron expression. */
export type Timing =
  | {
      /** Interval between two runs of a check, 1s to 31d; a journey's at least 5s. */
      readonly every: Duration;
      readonly cron?: never;
    }
  | {
      /** Five fields: minute, hour, day of month, month, day of week. */
      readonly cron: string;
      readonly every?: never;
    };

/** For kinds without a `timezone` of their own. */
export type ZonedTiming =
  | (Extract<Timing, { every: Duration }> & { readonly timezone?: never })
  | (Extract<Timing, { cron: string }> & {
      /** IANA name of the zone in which `cron` is read, e.g. `Europe/Berlin`; `UTC` by default. */
      readonly timezone?: string;
    });

/** What a probe says of failures. */
export interface FailureOptions<N extends Names> {
  /** How loudly a failure is told: `page` (the default), `ticket` or `info`. */
  readonly severity?: Severity;
  /** Systems whose failure breaks this probe. */
  readonly dependsOn?: readonly N['system'][];
  /** Address of what to do when it fails, instead of the system's. */
  readonly runbook?: string;
}

/** What probes that look at something have in common. */
export interface LookingOptions<V extends Axes, N extends Names> extends FailureOptions<N> {
  /** Vantages from which it runs; every vantage of the landscape by default. */
  readonly from?: readonly N['vantage'][];
  /** What it runs with, e.g. `{ market: ['de', 'fr'] }`; at most 200 combinations. */
  readonly variants?: V;
  /** The longest a run may take, never longer than `every`; 10s (journeys: 60s) or `every` by default. */
  readonly timeout?: Duration;
  /** A run that passes but takes longer than this is degraded. */
  readonly slow?: Duration;
}
