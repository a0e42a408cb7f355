import { expect, test } from 'vitest';
import type { Check, HeartbeatProbe } from '../probe/definition.ts';
import type { Surroundings } from './engine.ts';
import { createHeartbeatEngine, verdictOf } from './heartbeat.ts';

const probe: HeartbeatProbe = {
  kind: 'heartbeat',
  id: 'erp/nightly-export',
  system: 'erp',
  schedule: { everyMs: 10_000 },
  from: ['inbox'],
  variants: [{ key: '', values: {} }],
  timeoutMs: 5_000,
  severity: 'page',
  dependsOn: [],
  source: { file: 'erp/nightly-export.ts', line: 1 },
  expectEveryMs: 20_000,
  graceMs: 10_000,
  token: 'HEARTBEAT_TOKEN_ERP_NIGHTLY_EXPORT',
};
const now = 1_000_000;

test.each([
  ['a report in time passes', { at: now - 29_999, expectedSince: 0 }, 'pass', undefined],
  ['a report at the very end of the grace passes', { at: now - 30_000, expectedSince: 0 }, 'pass', undefined],
  ['silence beyond every and grace fails', { at: now - 30_001, expectedSince: 0 }, 'fail', 'silent'],
  ['before the first report it is not green', { at: undefined, expectedSince: now - 5_000 }, 'degraded', 'silent'],
  ['a first report that never comes fails', { at: undefined, expectedSince: now - 30_001 }, 'fail', 'silent'],
] as const)('%s', (_, heard, outcome, reason) => {
  const verdict = verdictOf(probe, { ...heard, now });
  expect(verdict.outcome).toBe(outcome);
  expect(verdict.reason).toBe(reason);
});

test('a place of reports that does not answer is ours, not the outside system’s', async () => {
  await using engine = createHeartbeatEngine({
    lastHeard: () => Promise.reject(new Error('redis is away')),
  });
  const check: Check = { id: 'erp/nightly-export@inbox', probe, variant: { key: '', values: {} }, vantage: 'inbox' };
  const result = await engine.run({ check, cause: 'scheduled', scheduledAt: now, plan: 'p' }, {} as Surroundings);
  expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage', id: `${check.id}/scheduled/${now}` });
  expect(result.message).toContain('redis is away');
});
