/**
 * What `http`, `journey`, `heartbeat` and `landscape` return: a frozen object that says what was written and where.
 * Nothing is checked here; the loader does that, for all files together.
 */
import { getCallSites } from 'node:util';
import type { Kind } from './definition.ts';

/** A place in a bundle, counted from 1. */
export interface Site {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** A definition as it was written. */
export interface Definition {
  readonly vedette: Kind | 'landscape';
  readonly id: string;
  readonly options: unknown;
  /** What was given as the third argument; of a journey it is the script. */
  readonly script?: unknown;
  /** The calls that led here, innermost first. */
  readonly sites: readonly Site[];
}

/** A journey's script: gets its arguments, and passes by returning. */
export type JourneyScript = (args: Record<string, unknown>) => unknown;

// A probe's definition may stand in a function of the author's own; deeper than this nobody builds them.
const framesMax = 12;

/** Under this name on `globalThis` the loader hears of every definition, so that none is forgotten unexported. */
export const DEFINED = Symbol.for('vedette.defined');

/** Makes a definition and notes where it was called. */
export function define<const V extends Definition['vedette'], O extends object, E extends object>(
  vedette: V,
  id: string,
  options: O,
  more: E,
) {
  const sites = getCallSites(framesMax).map((frame) => ({
    url: frame.scriptName,
    line: frame.lineNumber,
    column: frame.columnNumber,
  }));
  const definition = Object.freeze({ vedette, id, options, ...more, sites });
  const heard = (globalThis as { [DEFINED]?: (made: Definition) => void })[DEFINED];
  heard?.(definition);
  return definition;
}

/** Whether something that a file exports is a definition. */
export function isDefinition(value: unknown): value is Definition {
  return (
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'vedette') && Object.hasOwn(value, 'options')
  );
}

/** The script of a journey, from what its bundle exports under the probe's `export`; `undefined` if it is no journey. */
export function scriptOf(moduleExport: unknown): JourneyScript | undefined {
  if (!isDefinition(moduleExport) || moduleExport.vedette !== 'journey') return undefined;
  const { script } = moduleExport;
  return typeof script === 'function' ? (script as JourneyScript) : undefined;
}
