/** The recorder: puts results into history, metrics and artifacts, and closes the slots of which nothing came. */
import { join } from 'node:path';
import { systemClock } from '../src/base/time.ts';
import { packageVersion } from '../src/cli/package.ts';
import { createArtifactStore } from '../src/result/artifacts.ts';
import { openHistory } from '../src/result/history.ts';
import { createMetrics } from '../src/result/metrics.ts';
import { startRecorder } from '../src/result/recorder.ts';
import type { Entry } from '../src/result/result.ts';
import { createStreamWriter } from '../src/result/writer.ts';
import { type AuditState, createAudit } from '../src/schedule/audit.ts';
import { nextSlot } from '../src/schedule/slots.ts';
import { watchPlan } from '../src/schedule/watch.ts';
import { runWorker } from './process.ts';

await runWorker('recorder', async ({ config, redis, project, log }) => {
  const history = openHistory(join(config.dataDir, 'history.db'));
  const artifacts = createArtifactStore({
    dir: join(config.dataDir, 'artifacts'),
    days: config.artifactDays,
    mibMax: config.artifactMiBMax,
    log,
  });
  const metrics = createMetrics({
    clock: systemClock,
    build: { version: packageVersion },
    nextSlot,
    lastResult: (check, since) => history.lastResult(check.id, since),
  });
  const writer = createStreamWriter({ redis, project, entriesMax: config.streamEntriesMax, log });
  const audit = createAudit({
    redis,
    project,
    unclosed: (slots) => history.unclosed(slots),
    write: (entry) => writer.write(entry),
    flush: () => writer.flush(),
    expected: metrics.slotsExpected,
    load: () => JSON.parse(history.state('audit') ?? 'null') as AuditState | undefined,
    save: (state) => history.setState('audit', JSON.stringify(state)),
  });
  const onRecorded = (entries: readonly Entry[]) => {
    metrics.onRecorded(entries);
    for (const entry of entries) if (entry.type === 'vantage') audit.heard(entry.beat);
  };
  const plan = await watchPlan({ redis, project, log, onPlan: metrics.applyPlan });
  const retention = { days: config.historyDays, mibMax: config.historyMiBMax };
  const recorder = startRecorder({
    redis,
    project,
    history,
    metrics: { ...metrics, onRecorded },
    artifacts,
    retention,
    audit: audit.look,
    log,
  });
  return {
    troubles: () => recorder.health().reasons,
    exposition: metrics.exposition,
    async [Symbol.asyncDispose]() {
      plan[Symbol.dispose]();
      await recorder[Symbol.asyncDispose]();
      await writer[Symbol.asyncDispose]();
      history[Symbol.dispose]();
    },
  };
});
