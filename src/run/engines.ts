/**
 * The table of engines: one row per kind. A kind that comes is a row here.
 */
import type { Logger } from '../base/log.ts';
import type { Kind } from '../probe/definition.ts';
import type { Engine } from './engine.ts';
import { createHttpEngine } from './http/engine.ts';
import type { SandboxSetting } from './journey/chromium.ts';
import { createJourneyEngine } from './journey/engine.ts';

/** What the engines need to know of the process in which they run. */
export interface EngineSettings {
  /** Journeys at a time, a warm browser each. */
  readonly journeyPool: number;
  /** Path of the browser; `undefined`: the one that is found. */
  readonly chromium: string | undefined;
  readonly sandbox: SandboxSetting;
  /** Shows the browser's window; `false` by default. */
  readonly headed?: boolean;
  readonly dataDir: string;
  readonly log: Logger;
  /** Heartbeats are judged by what Redis holds, so whoever has a connection gives their engine. */
  readonly heartbeat: () => Engine;
}

/** How the engine of each kind is made; nothing is started before it is called. */
export const engines = {
  http: () => createHttpEngine(),
  journey: ({ journeyPool, chromium, sandbox, headed = false, dataDir, log }) =>
    createJourneyEngine({ poolSize: journeyPool, chromium, sandbox, headed, dataDir, log }),
  heartbeat: ({ heartbeat }) => heartbeat(),
} satisfies Record<Kind, (settings: EngineSettings) => Engine>;
