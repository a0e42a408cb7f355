import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { Check } from '../probe/definition.ts';
import { type Result, resultOf } from '../result/result.ts';
import { RunOutput } from './run-output.ts';
import { HERE } from './select.ts';

function check(id: string): Check {
  const variant = { key: '', values: {} };
  const probe = {
    kind: 'heartbeat',
    id,
    system: 'shop',
    schedule: { everyMs: 1_000 },
    from: ['fra'],
    variants: [variant],
    timeoutMs: 1,
    severity: 'page',
    dependsOn: [],
    source: { file: 'a.ts', line: 1 },
    expectEveryMs: 1,
    graceMs: 1,
    token: 'T',
  } as const;
  return { id: `${id}@${HERE}`, probe, variant, vantage: HERE };
}

function result(of: Check, more: Partial<Result> = {}): Result {
  return resultOf(
    { check: of, cause: 'manual', scheduledAt: 0, plan: 'p' },
    { startedAt: 0, durationMs: 1_234, outcome: 'pass', traceId: 'abc', ...more },
  );
}

function screen(isTTY: boolean) {
  const written: string[] = [];
  return {
    isTTY,
    write: (text: string) => written.push(text) > 0,
    text: () => stripVTControlCharacters(written.join('')),
  };
}

const [first, second] = [check('shop/a'), check('shop/b')];
const step = { name: 'pay', startMs: 0, durationMs: 40, outcome: 'pass' } as const;

test('a check that ends early waits for those before it, so that nothing is mixed', () => {
  const out = screen(false);
  const output = new RunOutput(out, [first, second], () => []);
  output.step(second, { type: 'end', step });
  output.finish(second, result(second));
  expect(out.text()).toBe('');
  output.step(first, { type: 'end', step });
  expect(out.text()).toBe('    ✓ pay  40ms\n');
  output.finish(first, result(first));
  expect(out.text()).toBe('    ✓ pay  40ms\n✓ shop/a  1.2s\n    ✓ pay  40ms\n✓ shop/b  1.2s\n');
});

test('only a terminal shows the step that is under way', () => {
  for (const isTTY of [true, false]) {
    const out = screen(isTTY);
    new RunOutput(out, [first], () => []).step(first, { type: 'begin', name: 'pay' });
    expect(out.text().includes('pay …')).toBe(isTTY);
  }
});

test('a failure says the step, what was expected and seen, the line, the suspect and the files', () => {
  const out = screen(false);
  new RunOutput(out, [first], () => ['screenshot: var/a.png']).finish(
    first,
    result(first, {
      outcome: 'fail',
      reason: 'assertion',
      step: 'pay',
      message: 'expected Thank you\nseen Sorry',
      suspect: 'payment',
      sourceLine: { file: 'shop/a.ts', line: 7, text: '  await expect(x)' },
      finalUrl: 'http://shop/pay',
      consoleErrors: ['TypeError'],
    }),
  );
  expect(out.text()).toBe(
    [
      '✗ shop/a  fail: assertion  at “pay”  1.2s',
      '      expected Thank you',
      '      seen Sorry',
      '      shop/a.ts:7  await expect(x)',
      '      suspect: payment',
      '      page: http://shop/pay',
      '      console: TypeError',
      '      screenshot: var/a.png',
      '      trace: abc',
      '',
    ].join('\n'),
  );
});
