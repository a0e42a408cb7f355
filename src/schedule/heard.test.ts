import { describe, expect, test } from 'vitest';
import { type Heard, hear, whyMissed } from './heard.ts';

/** Beats every 2 s over each stretch, of a process that started at `startedAt`. */
function heardOver(
  ...stretches: readonly (readonly [from: number, to: number, startedAt: number])[]
): Heard | undefined {
  let heard: Heard | undefined;
  for (const [from, to, startedAt] of stretches) {
    for (let at = from; at <= to; at += 2_000) heard = hear(heard, { at, startedAt });
  }
  return heard;
}

describe('a slot of which nothing came', () => {
  test.each([
    ['of a vantage that was never heard', undefined, 50_000, 'vantage-down'],
    ['while the vantage was heard', heardOver([0, 100_000, 0]), 50_000, 'lost'],
    ['after the vantage was heard last', heardOver([0, 40_000, 0]), 70_000, 'vantage-down'],
    ['before the vantage was heard first', heardOver([60_000, 100_000, 60_000]), 50_000, 'vantage-down'],
    [
      'while it was silent, and another process came after',
      heardOver([0, 20_000, 0], [60_000, 90_000, 59_000]),
      40_000,
      'vantage-down',
    ],
    [
      'while it was silent, and the same process came back',
      heardOver([0, 20_000, 0], [60_000, 90_000, 0]),
      40_000,
      'disconnected',
    ],
    [
      'right after a silence, whose job was due within it',
      heardOver([0, 20_000, 0], [60_000, 90_000, 0]),
      61_900,
      'disconnected',
    ],
    [
      'right after a new process came, whose job was due before it',
      heardOver([0, 20_000, 0], [60_000, 90_000, 59_500]),
      61_000,
      'vantage-down',
    ],
    ['a while after a silence', heardOver([0, 20_000, 0], [60_000, 90_000, 0]), 62_000, 'lost'],
  ] as const)('%s', (_, heard, at, reason) => {
    expect(whyMissed(heard, at)).toBe(reason);
  });

  test('a beat that comes twice, or late, changes nothing of what was heard', () => {
    const once = heardOver([0, 20_000, 0]);
    const twice = hear(hear(once, { at: 20_000, startedAt: 0 }), { at: 12_000, startedAt: 0 });
    expect(twice).toEqual(once);
  });
});
