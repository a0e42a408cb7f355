import { describe, expect, test } from 'vitest';
import { beyondTheEnd, parsePlannedFault } from './fault-plan.ts';

describe('a planned fault', () => {
  test.each([
    ['payment-down', { fault: 'payment-down', onMs: 0, offMs: undefined }],
    ['payment-down@30s', { fault: 'payment-down', onMs: 30_000, offMs: undefined }],
    ['payment-down@500ms-1m', { fault: 'payment-down', onMs: 500, offMs: 60_000 }],
  ])('%s is understood', (text, planned) => {
    expect(parsePlannedFault(text)).toEqual(planned);
  });

  test.each([
    ['payment-dwon@30s', /no fault "payment-dwon"; there are .*payment-down/],
    ['payment-down@30', /must look like payment-down@30s/],
    ['payment-down@30s-40s-50s', /must look like/],
    ['payment-down@1s@2s', /must look like/],
    ['payment-down@30s-20s', /ends before it begins/],
  ])('%s is refused with the reason', (text, wrong) => {
    expect(parsePlannedFault(text)).toEqual({ wrong: expect.stringMatching(wrong) });
  });

  test('one beyond the end is told', () => {
    const planned = { fault: 'payment-down', onMs: 30_000, offMs: 60_000 } as const;
    expect(beyondTheEnd([planned], 60_000)).toBeUndefined();
    expect(beyondTheEnd([planned], 50_000)).toBe('payment-down is switched after the end: the demo runs for 50s');
  });
});
