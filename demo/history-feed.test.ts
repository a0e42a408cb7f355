import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checksOf } from '../src/probe/definition.ts';
import { load } from '../src/probe/load.ts';
import { openHistory } from '../src/result/history.ts';
import { type Result, resultOf, type Task } from '../src/result/result.ts';
import { followHistory } from './history-feed.ts';
import { probesDir } from './probes-copy.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-feed-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A result of the first check of the demo's own probes. */
async function firstCheck() {
  const { probes } = await load(probesDir);
  const [check] = probes.flatMap(checksOf);
  if (check === undefined) throw new Error('the demo has no probes');
  return check;
}

function fails(task: Pick<Task, 'check' | 'scheduledAt'>): Result {
  const found = {
    startedAt: task.scheduledAt,
    durationMs: 5,
    outcome: 'fail',
    reason: 'connect',
    traceId: '',
  } as const;
  return resultOf(
    { ...task, cause: 'scheduled', plan: 'p' },
    { ...found, message: 'connection refused by 127.0.0.1:4107' },
  );
}

test('a feed waits for the recorder, and tells every result once and whole', async () => {
  const check = await firstCheck();
  using feed = followHistory(folder, [check.id]);
  expect(feed.read()).toEqual([]);

  using history = openHistory(join(folder, 'history.db'));
  const at = Date.now();
  const [one, two] = [fails({ check, scheduledAt: at }), fails({ check, scheduledAt: at + 1_000 })];
  history.record([{ type: 'result', result: one }], { id: '1-0', ordinal: 1 });
  expect(feed.read()).toEqual([one]);
  expect(feed.read()).toEqual([]);
  history.record([{ type: 'result', result: two }], { id: '2-0', ordinal: 2 });
  expect(feed.read()).toEqual([two]);
});
