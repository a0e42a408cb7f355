/**
 * Runs checks here and now, without Redis, a bounded number at a time.
 */
import { VedetteError } from '../base/errors.ts';
import type { Check, Kind, Landscape } from '../probe/definition.ts';
import type { Result } from '../result/result.ts';
import { createControl, withControl } from '../run/control.ts';
import type { ArtifactSink, Engine, SecretLookup, StepEvent } from '../run/engine.ts';
import { type EngineSettings, engines } from '../run/engines.ts';

const httpAtATimeMax = 16;

/** What the runs need besides the checks. */
export interface RunSettings extends Omit<EngineSettings, 'heartbeat'> {
  readonly landscape: Landscape;
  /** Version of the plan that the checks belong to. */
  readonly plan: string;
  readonly bundles: ReadonlyMap<string, string>;
  readonly secret: SecretLookup;
  readonly keepArtifact: ArtifactSink;
  /** Keep a trace of each journey. */
  readonly trace: boolean;
  readonly onStep: (check: Check, event: StepEvent) => void;
  readonly onResult: (check: Check, result: Result) => void;
}

/** Runs every check once and returns when all have ended and what was started for them is gone. */
export async function runChecks(checks: readonly Check[], settings: RunSettings): Promise<void> {
  await using made = new AsyncDisposableStack();
  const control = made.use(createControl());
  const engineOf = new Map<Kind, Engine>();
  for (const kind of new Set(checks.map((check) => check.probe.kind))) {
    engineOf.set(kind, made.use(withControl(engines[kind]({ ...settings, heartbeat: needsRedis }), control)));
  }
  const inTurns = async (kind: Kind, atATimeMax: number) => {
    const waiting = checks.filter((check) => check.probe.kind === kind).values();
    const engine = engineOf.get(kind);
    if (engine === undefined) return;
    const turns = Array.from({ length: atATimeMax }, async () => {
      for (const check of waiting) settings.onResult(check, await runOne(engine, check, settings));
    });
    await Promise.all(turns);
  };
  await Promise.all([inTurns('http', httpAtATimeMax), inTurns('journey', settings.journeyPool)]);
}

async function runOne(engine: Engine, check: Check, settings: RunSettings): Promise<Result> {
  const { landscape, secret, keepArtifact, bundles } = settings;
  return await engine.run(
    { check, cause: 'manual', scheduledAt: Date.now(), request: crypto.randomUUID(), plan: settings.plan },
    {
      landscape,
      vantage: landscape.vantages[check.vantage],
      secret,
      keepArtifact,
      trace: settings.trace,
      bundle: async (hash) => {
        const source = bundles.get(hash);
        if (source === undefined) throw new Error(`the bundle ${hash} of ${check.probe.id} was not loaded`);
        return source;
      },
      onStep: (event) => settings.onStep(check, event),
    },
  );
}

function needsRedis(): never {
  throw new VedetteError('NEEDS_REDIS', 'A heartbeat is judged by a running Vedette', { mend: 'Use vedette start.' });
}
