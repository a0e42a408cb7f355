/** A vantage: runs what is due at VEDETTE_VANTAGE. Several processes may be the same vantage. */
import { VedetteError } from '../src/base/errors.ts';
import type { Plan } from '../src/probe/definition.ts';
import { createArtifactUploader } from '../src/result/artifacts.ts';
import type { Task } from '../src/result/result.ts';
import { createStreamWriter } from '../src/result/writer.ts';
import { createControl, withControl } from '../src/run/control.ts';
import { engines } from '../src/run/engines.ts';
import { createHeartbeatEngine } from '../src/run/heartbeat.ts';
import { createSecretLookup } from '../src/run/secrets.ts';
import { lastHeartbeat } from '../src/schedule/heartbeats.ts';
import { fetchBundle } from '../src/schedule/published.ts';
import { asapJourneyPlaces } from '../src/schedule/runner.ts';
import { startVantage } from '../src/schedule/vantage.ts';
import { runWorker } from './process.ts';

/** A trace of a rich page takes a few. */
const artifactBytesMax = 16 * 1024 * 1024;

await runWorker('vantage', async ({ config, redisUrl, redis, project, log }) => {
  const { vantage } = config;
  if (vantage === undefined) {
    throw new VedetteError('NO_VANTAGE', 'the vantage worker needs VEDETTE_VANTAGE', {
      mend: 'Set it to a name under vantages in landscape.ts, or to inbox.',
    });
  }
  const heartbeat = createHeartbeatEngine({ lastHeard: (probe) => lastHeartbeat(redis, project, probe) });
  const journeyPool = config.journeyPool + asapJourneyPlaces;
  const journeys = engines.journey({ ...config, journeyPool, log, heartbeat: () => heartbeat });
  const control = createControl();
  const engine = { http: withControl(engines.http(), control), journey: withControl(journeys, control), heartbeat };
  const secret = createSecretLookup(process.env, config.secretsDir);
  const keepArtifact = createArtifactUploader({ redis, project, bytesMax: artifactBytesMax, log });
  const bundle = (hash: string) => fetchBundle(redis, project, hash);
  const sink = createStreamWriter({ redis, project, entriesMax: config.streamEntriesMax, log });
  const run = (task: Task, { landscape }: Plan) =>
    engine[task.check.probe.kind].run(task, {
      landscape,
      vantage: landscape.vantages[vantage],
      secret,
      keepArtifact,
      bundle,
    });

  // The first journey need not wait for a child to start.
  const onPlan = (plan: Plan | undefined) => {
    if (plan?.probes.some(({ kind, from }) => kind === 'journey' && from.includes(vantage)))
      journeys.prewarm().catch((error: unknown) => log.warn({ err: error }, 'no warm journey child yet'));
  };
  const running = await startVantage({ ...config, redisUrl, project, vantage, run, sink, log, onPlan });
  return {
    troubles: () => [running.trouble()].filter((trouble) => trouble !== undefined),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await Promise.all([control, ...Object.values(engine)].map((each) => each[Symbol.asyncDispose]()));
      await sink[Symbol.asyncDispose]();
    },
  };
});
