import { afterAll, expect, test } from 'vitest';
import { removeFiles } from './certificates.fixture.ts';
import { fuzz } from './fuzz.fixture.ts';

afterAll(removeFiles);

test('whatever a server sends, a run ends in time, with one valid result, and leaves no connection', async () => {
  const { streams, outcomes } = await fuzz({ streams: 768, lanes: 24 });
  expect(streams).toBeGreaterThanOrEqual(768);
  // Random, yet it reaches both ends.
  expect(outcomes.pass).toBeGreaterThan(0);
  expect(outcomes['fail/protocol']).toBeGreaterThan(0);
});
