/** The web worker: the door through which outside systems report. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { VedetteError } from '../src/base/errors.ts';
import type { Plan } from '../src/probe/definition.ts';
import { createSecretLookup } from '../src/run/secrets.ts';
import { noteHeartbeat } from '../src/schedule/heartbeats.ts';
import { watchPlan } from '../src/schedule/watch.ts';
import { heartbeatRoutes } from '../src/web/heartbeats.ts';
import { runWorker } from './process.ts';

await runWorker('web', async ({ config, redis, project, log }) => {
  let current: Plan | undefined;
  const watch = await watchPlan({ redis, project, log, onPlan: (plan) => (current = plan) });
  const routes = heartbeatRoutes({
    probe: (id) => current?.probes.filter((probe) => probe.kind === 'heartbeat').find((probe) => probe.id === id),
    secret: createSecretLookup(process.env, config.secretsDir),
    note: (probe) => noteHeartbeat(redis, project, probe),
  });
  routes.get('/healthz', (c) => c.json({ ok: true }));
  const listener = getRequestListener(routes.fetch);
  const server = createServer((request, response) => void listener(request, response));
  server.listen(config.webPort, config.webHost);
  await once(server, 'listening').catch((cause: unknown) => {
    throw new VedetteError('WEB_PORT', `cannot listen on ${config.webHost}:${config.webPort}`, {
      mend: 'Set VEDETTE_WEB_PORT to a free port.',
      cause,
    });
  });
  log.info({ address: `http://${config.webHost}:${config.webPort}` }, 'heartbeats are taken here');
  return {
    troubles: () => [],
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      server.close();
      server.closeAllConnections();
    },
  };
});
