/**
 * A definition as it leaves the child that imported it: plain data, with what functions made of each variant.
 */
import type { Kind } from './definition.ts';
import type { Site } from './dsl-value.ts';

/** What a function of the author's returned for one variant. */
export type Made = MadeValue | { readonly threw: string };

export interface MadeValue {
  readonly value: unknown;
  /** What the function asked of the variant and the variant has not. */
  readonly missing: readonly string[];
}

export interface Written {
  readonly vedette: Kind | 'landscape';
  /** The name under which its file exports it; `undefined` when it does not. */
  readonly export: string | undefined;
  /** It stands in an exported list. */
  readonly listed: boolean;
  readonly id: unknown;
  /** Secrets are their placeholders; what cannot be sent is an error that says what it was. */
  readonly options: unknown;
  /** What was given as the third argument: a journey's script, if it is a function. */
  readonly script: 'function' | 'nothing' | 'no function';
  /** By option, in the order of the variants. */
  readonly made: Readonly<Record<string, readonly Made[]>>;
  /** The devices there are, where the option names one that there is not. */
  readonly devices?: readonly string[];
  readonly sites: readonly Site[];
}

/** An export that should be a definition and is none. */
export interface Oddity {
  readonly export: string;
  /** What it is, e.g. `a function`. */
  readonly what: string;
  /** Of an object, its names. */
  readonly names: readonly string[];
}

/** What the child is asked. */
export interface ImportRequest {
  readonly url: string;
  readonly source: string;
}

/** What the child says. `done` or `failed` ends an import; `stray` can come at any time, for any file. */
export type ImportReport =
  | { readonly type: 'ready' }
  | { readonly type: 'written'; readonly definitions: readonly Written[] }
  | { readonly type: 'done'; readonly oddities: readonly Oddity[] }
  | { readonly type: 'failed'; readonly message: string; readonly stack: string }
  | { readonly type: 'stray'; readonly message: string; readonly stack: string };

/** Bundles have addresses of their own: they are never files. */
export const bundleScheme = 'vedette-probe:';

export function bundleUrl(file: string): string {
  return `${bundleScheme}///${encodeURI(file)}`;
}
