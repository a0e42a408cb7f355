/**
 * What an engine is: one signature; the table of engines has one row per kind.
 */
import type { Landscape, Vantage } from '../probe/definition.ts';
import type { ArtifactRef, Result, StepResult, Task } from '../result/result.ts';

/** Resolves a declared secret at this vantage; `undefined` when it is not there. */
export type SecretLookup = (name: string) => string | undefined;

/** Keeps an artifact and says how the result refers to it; `undefined` when it is beyond the bound. */
export type ArtifactSink = (
  kind: ArtifactRef['kind'],
  type: string,
  content: Uint8Array,
) => Promise<ArtifactRef | undefined>;

/** What surrounds a run at a vantage. */
export interface Surroundings {
  readonly landscape: Landscape;
  /** Undefined for `vedette run` without a vantage. */
  readonly vantage: Vantage | undefined;
  readonly secret: SecretLookup;
  readonly keepArtifact: ArtifactSink;
  /** Source text of a journey's bundle by content hash, fetched from Redis or the loader; rejects when unknown. */
  readonly bundle: (hash: string) => Promise<string>;
  /** Record a trace of a journey and keep it, whatever its probe says and however it ends. */
  readonly trace?: boolean;
  /** Called as steps of a journey begin (without durationMs) and end; for people who watch. */
  readonly onStep?: (event: StepEvent) => void;
}

export type StepEvent =
  | { readonly type: 'begin'; readonly name: string }
  | { readonly type: 'end'; readonly step: StepResult };

/**
 * Runs one check and says what it saw. Never rejects for anything that a target, a network, a browser or a
 * script does: that is data. Ends within the probe's `timeoutMs` plus 2 s.
 */
export interface Engine extends AsyncDisposable {
  run(task: Task, surroundings: Surroundings): Promise<Result>;
}
