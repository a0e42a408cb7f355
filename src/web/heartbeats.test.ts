import { expect, test } from 'vitest';
import type { HeartbeatProbe } from '../probe/definition.ts';
import { heartbeatRoutes } from './heartbeats.ts';

const probe = { kind: 'heartbeat', id: 'erp/nightly-export', token: 'ERP_TOKEN' } as HeartbeatProbe;

function door(secrets: Record<string, string> = { ERP_TOKEN: 'right' }) {
  const noted: string[] = [];
  const routes = heartbeatRoutes({
    probe: (id) => (id === probe.id ? probe : undefined),
    secret: (name) => secrets[name],
    note: async (id) => {
      noted.push(id);
      return 1_234;
    },
  });
  const post = (path: string, init: RequestInit = {}) => routes.request(path, { method: 'POST', ...init });
  return { noted, post };
}
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('a report with its own token is noted', async () => {
  const { noted, post } = door();
  const answer = await post('/api/heartbeats/erp/nightly-export', bearer('right'));
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ probe: 'erp/nightly-export', at: 1_234 });
  expect(noted).toEqual(['erp/nightly-export']);
});

test.each([
  ['no token', '/api/heartbeats/erp/nightly-export', {}, 401],
  ['a wrong token', '/api/heartbeats/erp/nightly-export', bearer('wrong'), 403],
  ['an unknown probe', '/api/heartbeats/erp/other', bearer('right'), 403],
  [
    'a body beyond the bound',
    '/api/heartbeats/erp/nightly-export',
    { ...bearer('right'), body: 'x'.repeat(20_000) },
    413,
  ],
])('%s notes nothing', async (_, path, init, status) => {
  const { noted, post } = door();
  expect((await post(path, init)).status).toBe(status);
  expect(noted).toEqual([]);
});

test('a token that is set nowhere lets nobody in', async () => {
  const { noted, post } = door({});
  expect((await post('/api/heartbeats/erp/nightly-export', bearer(''))).status).toBe(401);
  expect((await post('/api/heartbeats/erp/nightly-export', bearer('undefined'))).status).toBe(403);
  expect(noted).toEqual([]);
});
