/**
 * The one value that flows: a result. Engines return it, the stream carries it, every sink takes it.
 */
import type { Check, Kind } from '../probe/definition.ts';

export const OUTCOMES = ['pass', 'degraded', 'fail', 'broken'] as const;
/** `degraded`: it worked, but beyond its budget. `fail`: the target's fault. `broken`: ours. */
export type Outcome = (typeof OUTCOMES)[number];

export const REASONS = [
  'dns',
  'connect',
  'reset',
  'proxy',
  'tls',
  'certificate',
  'timeout',
  'redirect',
  'protocol',
  'size',
  'encoding',
  'status',
  'header',
  'body',
  'json',
  'blocked',
  'assertion',
  'element',
  'navigation',
  'dependency',
  'vital',
  'cleanup',
  'slow',
  'silent',
  'script',
  'secret',
  'browser',
  'crash',
  'killed',
  'memory',
  'vantage',
] as const;
/** Why a run did not pass. */
export type Reason = (typeof REASONS)[number];

export const PHASES = ['resolve', 'connect', 'tls', 'processing', 'transfer'] as const;
/** A part of an http exchange. */
export type Phase = (typeof PHASES)[number];

/** Why a run happened. */
export type Cause = 'scheduled' | 'confirmation' | 'manual';

export const ARTIFACT_KINDS = ['screenshot', 'trace', 'dom'] as const;
/** `screenshot`: of the page as it was. `dom`: its document, without scripts. `trace`: Playwright's, a zip. */
export type ArtifactKind = (typeof ARTIFACT_KINDS)[number];

/** A file kept beside a result, by content. */
export interface ArtifactRef {
  readonly kind: ArtifactKind;
  /** SHA-256 of the content, hex. */
  readonly hash: string;
  /** Media type, e.g. `image/png`. */
  readonly type: string;
  readonly bytes: number;
}

/** One named step of a journey. */
export interface StepResult {
  readonly name: string;
  /** Milliseconds after `startedAt` of the result. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly outcome: 'pass' | 'fail' | 'skipped';
}

/** Requests of a journey to one system, or to one host that no system claims. */
export interface SystemRequests {
  readonly count: number;
  readonly failed: number;
  /** Milliseconds of the slowest that ended. */
  readonly slowestMs: number;
}

/** A request of a journey that failed, or that was still under way when the journey did. */
export interface RequestFault {
  /** The system that claims its host, or the host. */
  readonly system: string;
  readonly method: string;
  /** At most 300 characters, secrets redacted. */
  readonly url: string;
  /** The answer's, if one came: 400 or more. */
  readonly status?: number;
  /** What the browser or the API client said, e.g. `net::ERR_CONNECTION_REFUSED`. */
  readonly error?: string;
  /** Milliseconds until it failed, or for which it had been under way. */
  readonly durationMs: number;
  /** It never ended. */
  readonly unfinished?: boolean;
}

/** A line of a script: `file` is a path from the probes folder, lines count from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** The lines around it, as they stand in the file, and the number of the first of them. */
  readonly lines?: readonly string[];
  readonly from?: number;
}

/** Web vitals; milliseconds, except `cls`. */
export interface Vitals {
  readonly lcp?: number;
  readonly fcp?: number;
  readonly cls?: number;
  readonly inp?: number;
  readonly ttfb?: number;
}

/** One execution of one check, as it was seen. */
export interface Result {
  readonly v: 1;
  /** See {@link resultId}. */
  readonly id: string;
  readonly probe: string;
  readonly system: string;
  readonly kind: Kind;
  /** The variant's key, `''` for none. */
  readonly variant: string;
  readonly vantage: string;
  /** The slot's time, epoch ms; for confirmations and manual runs, when they were asked for. */
  readonly scheduledAt: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** Absent only when the outcome is `pass`. */
  readonly reason?: Reason;
  /** The phase in which it hung or failed. */
  readonly phase?: Phase;
  /** The step that failed. */
  readonly step?: string;
  /** At most 500 characters, secrets redacted. */
  readonly message?: string;
  /** The dependency (a system's name) whose host failed. */
  readonly suspect?: string;
  readonly cause: Cause;
  /** W3C trace id sent as `traceparent`, 32 hex digits. */
  readonly traceId: string;
  /** Version of the plan by which it ran. */
  readonly plan: string;

  // http
  readonly status?: number;
  /** `1.0`, `1.1` or `2`. */
  readonly version?: string;
  readonly ip?: string;
  readonly redirects?: number;
  /** Bytes of the last body, decoded. */
  readonly bytes?: number;
  /** Epoch ms of the first expiry in the chain that was shown. */
  readonly certificateExpiresAt?: number;
  /** Seconds, summed over redirects except `transfer`, which is that of the last hop (blackbox_exporter's convention). */
  readonly phases?: Readonly<Partial<Record<Phase, number>>>;

  // journey
  readonly steps?: readonly StepResult[];
  readonly vitals?: Vitals;
  /** By system name, or by host where no system claims it. */
  readonly requests?: Readonly<Record<string, SystemRequests>>;
  /** At most 20 lines of 300 characters. */
  readonly consoleErrors?: readonly string[];
  /** What failed, or never ended, when the journey did; at most 20, those of the suspect first. */
  readonly requestFaults?: readonly RequestFault[];
  /** The page's address and title at the end, or when it failed. */
  readonly finalUrl?: string;
  readonly title?: string;
  /** The failing line of the script. */
  readonly sourceLine?: SourceLine;
  /** Why cleaning up failed, or that it could not run: something synthetic is left behind. Whatever the reason is. */
  readonly cleanupFault?: string;
  readonly artifacts?: readonly ArtifactRef[];
}

/** Longest message kept, characters. */
export const messageCharsMax = 500;

/**
 * The id of a result: check, cause and scheduled time; for confirmations and manual runs also the request, so
 * that a repeat is recognised and a confirmation is never taken for the slot. A missed slot has the id that its
 * scheduled result would have had.
 */
export function resultId(check: string, cause: Cause, scheduledAt: number, request?: string): string {
  return request === undefined ? `${check}/${cause}/${scheduledAt}` : `${check}/${cause}/${scheduledAt}/${request}`;
}

/** What an engine is asked to run. */
export interface Task {
  readonly check: Check;
  readonly cause: Cause;
  readonly scheduledAt: number;
  /** Names the request of a confirmation or manual run. */
  readonly request?: string;
  /** Version of the plan. */
  readonly plan: string;
}

/** What an engine found out, beyond what the task already says. */
export type Finding = Pick<Result, 'startedAt' | 'durationMs' | 'outcome' | 'traceId'> &
  Partial<
    Omit<Result, 'v' | 'id' | 'probe' | 'system' | 'kind' | 'variant' | 'vantage' | 'scheduledAt' | 'cause' | 'plan'>
  >;

/** A result, made of what was asked and what was found. */
export function resultOf(task: Task, finding: Finding): Result {
  const { check } = task;
  const message = finding.message?.slice(0, messageCharsMax);
  return {
    v: 1,
    id: resultId(check.id, task.cause, task.scheduledAt, task.request),
    probe: check.probe.id,
    system: check.probe.system,
    kind: check.probe.kind,
    variant: check.variant.key,
    vantage: check.vantage,
    scheduledAt: task.scheduledAt,
    cause: task.cause,
    plan: task.plan,
    ...finding,
    ...(message === undefined ? {} : { message }),
  };
}

export const MISSED_REASONS = [
  'vantage-down',
  'disconnected',
  'late',
  'overlap',
  'overload',
  'lost',
  'stopping',
] as const;
/**
 * Why a slot has no result. `vantage-down`: nothing was heard from the vantage. `disconnected`: it lived, but was
 * cut off from Redis. `late`: it could no longer start in time. `overlap`: the run before it still ran.
 * `overload`: no capacity. `stopping`: the vantage was being stopped. `lost`: none of these is known.
 */
export type MissedReason = (typeof MISSED_REASONS)[number];

/** A slot that will have no result, and why. */
export interface Missed {
  readonly v: 1;
  /** The id that the scheduled result would have had. */
  readonly id: string;
  readonly probe: string;
  readonly system: string;
  readonly variant: string;
  readonly vantage: string;
  readonly scheduledAt: number;
  readonly reason: MissedReason;
  readonly plan: string;
}

/** A vantage's heartbeat: one process says that it lives and how well. */
export interface VantageBeat {
  readonly v: 1;
  readonly vantage: string;
  /** One process of that vantage: unique per start. */
  readonly instance: string;
  /** Redis's clock, epoch ms. */
  readonly at: number;
  /** When the process started, by Redis's clock, epoch ms. */
  readonly startedAt: number;
  /** The vantage's clock less Redis's, milliseconds. */
  readonly clockSkewMs: number;
  /** Runs under way over capacity, 0 to 1, the higher of http and journeys. */
  readonly saturation: number;
  /** Version of the plan in force there, if any. */
  readonly plan?: string;
  /** Jobs waiting, by queue name. */
  readonly queues: Readonly<Record<string, number>>;
  /** Results dropped since start because Redis was away for too long. */
  readonly droppedResults: number;
}

/** What the results stream carries. */
export type Entry =
  | { readonly type: 'result'; readonly result: Result }
  | { readonly type: 'missed'; readonly missed: Missed }
  | { readonly type: 'vantage'; readonly beat: VantageBeat };
