/**
 * How a project's own names become types. This file holds nothing else, because a project extends it through the
 * package's name and that works only for what the package passes on with `export *`.
 */
import type { LandscapeDefinition } from './landscape.ts';

/**
 * Extend it in landscape.ts, and `from`, `dependsOn`, the first part of ids and the names of secrets are typed:
 * @example declare module 'vedette' { interface Register { landscape: typeof shop } }
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is there to be extended.
export interface Register {}

/** The names that a landscape gives. */
export interface Names {
  readonly system: string;
  readonly vantage: string;
  readonly secret: string;
}

/** The names of a register's landscape; plain strings where it has none. */
export type NamesOf<R> = R extends {
  landscape: LandscapeDefinition<infer _Team, infer System, infer Vantage, infer Secret>;
}
  ? { readonly system: System; readonly vantage: Vantage; readonly secret: Secret }
  : Names;

/** The names of this project's landscape, if it is registered. */
export type RegisteredNames = NamesOf<Register>;
export type SystemName = RegisteredNames['system'];
export type VantageName = RegisteredNames['vantage'];
export type SecretName = RegisteredNames['secret'];
