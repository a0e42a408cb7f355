/**
 * A recorder that kills itself where it hurts most: after a batch is recorded, before its position is published
 * and its metrics are counted. Arguments: port of Redis, project, folder, batches to survive.
 */
import { join } from 'node:path';
import { pino } from 'pino';
import { connectRedis } from '../base/redis.ts';
import { systemClock } from '../base/time.ts';
import { createArtifactStore } from './artifacts.ts';
import { openHistory } from './history.ts';
import { createMetrics } from './metrics.ts';
import { startRecorder } from './recorder.ts';

const [url = '', project = '', folder = '', survive = '0'] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const history = openHistory(join(folder, 'history.db'));
const metrics = createMetrics({ clock: systemClock, build: { version: 'test' } });
let batches = 0;
startRecorder({
  redis: connectRedis(url, { name: 'crashing' }),
  project,
  history,
  metrics: {
    ...metrics,
    onRecorded: () => {
      if (++batches > Number(survive)) process.kill(process.pid, 'SIGKILL');
    },
  },
  artifacts: createArtifactStore({ dir: join(folder, 'artifacts'), days: 1, mibMax: 10, log }),
  retention: { days: 3_650, mibMax: 100 },
  log,
});
