/**
 * What a row must have come to.
 */
import { expect } from 'vitest';
import { decodeEntry, encodeEntry } from '../../../result/codec.ts';
import { messageCharsMax } from '../../../result/result.ts';
import type { Row } from './row.fixture.ts';
import type { Ran } from './run-rows.fixture.ts';

/** Holds what came of a row to what it wants. */
export function expectRan({ wanted: { says = [], ...wanted } }: Row, { result, host, left }: Ran): void {
  const { outcome, reason, phase, message = '' } = result;
  expect({ outcome, reason, phase: wanted.phase === undefined ? undefined : phase, message }).toEqual({
    outcome: wanted.outcome,
    reason: wanted.reason,
    phase: wanted.phase,
    message,
  });
  expect(result).toMatchObject(wanted);
  for (const piece of says) expect(message).toContain(piece.replace('HOST', host));
  expect(message.length).toBeLessThanOrEqual(messageCharsMax);
  expect(decodeEntry(encodeEntry({ type: 'result', result }))).toEqual({ entry: { type: 'result', result } });
  expect(left).toBe(0);
}
