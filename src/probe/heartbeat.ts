/**
 * `heartbeat`: an outside system reports to us; silence is a failure.
 */
import type { Duration } from '../base/time.ts';
import { define } from './dsl-value.ts';
import type { FailureOptions, ProbeId } from './options.ts';
import type { Names, RegisteredNames } from './register.ts';
import type { SecretReference } from './secret.ts';

/** Options of {@link heartbeat}. */
export interface HeartbeatOptions<N extends Names> extends FailureOptions<N> {
  /** How often the outside system promises to report, 1s to 31d. */
  readonly every: Duration;
  /** How late a report may be. */
  readonly grace: Duration;
  /** The secret with which it reports; by default the one named after the id, see {@link heartbeatTokenName}. */
  readonly token?: SecretReference;
}

/** The signature of {@link heartbeat}, for the names of a landscape. */
export type DefineHeartbeat<N extends Names> = (id: ProbeId<N>, options: HeartbeatOptions<N>) => HeartbeatDefinition;

/** What {@link heartbeat} returns, to be exported. */
export interface HeartbeatDefinition {
  readonly vedette: 'heartbeat';
  readonly id: string;
}

/**
 * Defines a heartbeat: `POST /api/heartbeats/<id>` with its token, at least once in `every` and `grace`.
 * @example export default heartbeat('erp/nightly-export', { every: '24h', grace: '30m' });
 */
export const heartbeat: DefineHeartbeat<RegisteredNames> = (id, options, ...more: unknown[]) =>
  define('heartbeat', id, options, { script: more[0] });

/** The secret that holds a heartbeat's token unless it names another: `erp/nightly-export` has `HEARTBEAT_TOKEN_ERP_NIGHTLY_EXPORT`. */
export function heartbeatTokenName(id: string): string {
  return `HEARTBEAT_TOKEN_${id.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}
