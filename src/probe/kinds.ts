/**
 * The kinds of probes: a row for each, which turns what was written into a probe.
 */
import type { Kind } from './definition.ts';
import type { Resolve } from './resolve-common.ts';
import { resolveHeartbeat } from './resolve-heartbeat.ts';
import { resolveHttp } from './resolve-http.ts';
import { resolveJourney } from './resolve-journey.ts';

export const kinds = {
  http: resolveHttp,
  journey: resolveJourney,
  heartbeat: resolveHeartbeat,
} satisfies Record<Kind, Resolve>;
