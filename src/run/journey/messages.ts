/**
 * What the engine and its child processes say to one another, over Node's IPC with structured clones.
 */
import type { ArtifactKind, Outcome, Reason, Result, StepResult } from '../../result/result.ts';
import type { StepEvent } from '../engine.ts';

/** How a browser context is made; two runs with equal settings may use one that was prepared ahead. */
export interface StageSettings {
  /** A device of Playwright's registry. */
  readonly device?: string;
  readonly locale?: string;
  readonly timezone?: string;
  readonly geolocation?: { readonly latitude: number; readonly longitude: number };
  /** The vantage's egress: `http://`, `https://` or `socks5://`, perhaps with user and password. */
  readonly proxy?: string;
}

/** What a run needs to know of a system: by which hosts it is known, and what is sent to them. */
export interface SystemHosts {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a `traceparent` goes to every request to them, or to none; absent: to those that take it without harm. */
  readonly traceparent?: boolean;
}

/** One run, as a child is told to do it. */
export interface Order {
  /** Path of the bundle, and the name under which it exports the journey. */
  readonly bundle: string;
  readonly export: string;
  /** The author's file, a path from the probes folder. */
  readonly source: string;
  readonly values: Readonly<Record<string, string>>;
  readonly stage: StageSettings;
  /** When the run must have ended, epoch ms, and how long it had in all. */
  readonly deadlineAt: number;
  readonly timeoutMs: number;
  /** Values of the declared secrets that are there. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly traceId: string;
  /** Whether a trace is recorded: not at all, to be kept if the run does not pass, or to be kept however it ends. */
  readonly trace: 'off' | 'unless-passed' | 'always';
  /** The probe's own system, those on which it or that system depends, and all that have hosts. */
  readonly system: string;
  readonly dependsOn: readonly string[];
  readonly systems: readonly SystemHosts[];
}

/** Why a run did not simply pass. */
export interface Verdict {
  readonly outcome: Exclude<Outcome, 'pass'>;
  readonly reason: Reason;
  readonly message: string;
  /** The script itself made the request that failed: the reason is the cause, not a symptom of it. */
  readonly firstHand?: boolean;
}

/** A file that a child made of its run, redacted. */
export interface Made {
  readonly kind: ArtifactKind;
  readonly type: string;
  readonly content: Uint8Array;
}

/** What a child saw; every text in it is redacted. */
export interface Report
  extends Pick<
    Result,
    | 'startedAt'
    | 'durationMs'
    | 'step'
    | 'suspect'
    | 'vitals'
    | 'requests'
    | 'requestFaults'
    | 'consoleErrors'
    | 'finalUrl'
    | 'title'
    | 'sourceLine'
    | 'cleanupFault'
  > {
  readonly verdict?: Verdict;
  readonly steps: readonly StepResult[];
  /** The most telling first. */
  readonly made: readonly Made[];
}

/** What a child is told. `warm`: start the browser now, ahead of need. */
export type ToChild = { readonly type: 'run'; readonly order: Order } | { readonly type: 'warm' };

/**
 * What a child tells. `spawned` and `gone`: a process it started, so that the parent can end it too. `began`: the
 * script runs from now on. `cleanups`: so many are registered and not yet run. `idle`: the run is cleared away; with `doubt`, the child should not be used again.
 */
export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'warm' }
  | { readonly type: 'spawned'; readonly pid: number }
  | { readonly type: 'gone'; readonly pid: number }
  | { readonly type: 'began'; readonly at: number }
  | { readonly type: 'step'; readonly event: StepEvent }
  | { readonly type: 'cleanups'; readonly count: number }
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'idle'; readonly doubt?: string };

/** What a child writes to standard error before it ends itself, because its run takes more than it may. */
export const lastWords = {
  memory: 'vedette: the script is out of memory',
  disk: 'vedette: the run fills the disk',
} as const;

/** So begin the names of the children's scratch folders, which lie side by side in the engine's. */
export const childFolderPrefix = 'child-';

/** What a child is started with, as JSON in its one argument. */
export interface ChildSettings {
  readonly scratch: string;
  readonly chromium?: string;
  readonly sandbox: boolean;
  readonly headed: boolean;
}
