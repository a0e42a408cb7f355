/**
 * Vedette: what a probe file imports.
 */

export { expect } from './probe/expect.ts';
export { type DefineHeartbeat, type HeartbeatDefinition, type HeartbeatOptions, heartbeat } from './probe/heartbeat.ts';
export { type DefineHttp, type HttpDefinition, http } from './probe/http.ts';
export type { HttpExpectation, HttpOptions, JsonExpectation, TextExpectation } from './probe/http-options.ts';
export {
  type DefineJourney,
  type JourneyArgs,
  type JourneyDefinition,
  type JourneyOptions,
  journey,
} from './probe/journey.ts';
export { type LandscapeDefinition, type LandscapeOptions, landscape } from './probe/landscape.ts';
// With a star: a project can extend Register through the package's name only so.
export * from './probe/register.ts';
export { type SecretReference, secret } from './probe/secret.ts';
