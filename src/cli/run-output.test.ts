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

test('a failure says what was expected and seen, its line, page, console, requests, and where its files are', () => {
  const out = screen(false);
  const output = new RunOutput(out, [first], () => ['screenshot: var/a.png']);
  const requestFaults = [
    { system: 'payment', method: 'POST', url: 'http://pay/v1', status: 503, durationMs: 120 },
    { system: 'payment', method: 'GET', url: 'http://pay/v2', durationMs: 9_800, unfinished: true },
    { system: 'search', method: 'GET', url: 'http://find/', error: 'net::ERR_FAILED', durationMs: 5 },
  ];
  output.finish(
    first,
    result(first, {
      outcome: 'fail',
      reason: 'dependency',
      step: 'pay',
      message: 'expected Thank you\nseen Sorry',
      suspect: 'payment',
      sourceLine: { file: 'shop/a.ts', line: 9, text: 'b()', from: 8, lines: ['  a();', '    b();', '', '  c();'] },
      finalUrl: 'http://shop/pay',
      title: 'Basket',
      consoleErrors: ['TypeError'],
      requestFaults,
      cleanupFault: 'order 7 stays',
    }),
  );
  expect(out.text()).toBe(
    [
      '✗ shop/a  fail: dependency  at “pay”  1.2s',
      '      expected Thank you',
      '      seen Sorry',
      '      not cleaned up: order 7 stays',
      '      suspect: payment',
      '      shop/a.ts:9',
      '         8 | a();',
      '      >  9 |   b();',
      '        10 | ',
      '        11 | c();',
      '      page: http://shop/pay  “Basket”',
      '      console: TypeError',
      '      requests to payment:',
      '        POST http://pay/v1 → 503 (120ms)',
      '        GET http://pay/v2 not answered for 9.8s',
      '      requests to search: GET http://find/ → net::ERR_FAILED (5ms)',
      '      screenshot: var/a.png',
      '      trace id: abc',
      '',
    ].join('\n'),
  );
});

test('an http run that fails shows what was seen of its target, phase by phase', () => {
  const out = screen(false);
  const output = new RunOutput(out, [first], () => []);
  const phases = { resolve: 0.001, connect: 0.002, processing: 5 };
  const seen = { ip: '127.0.0.1', version: '1.1', redirects: 2, phases } as const;
  output.finish(first, result(first, { outcome: 'fail', reason: 'timeout', phase: 'processing', ...seen }));
  expect(out.text()).toContain(
    'seen: address 127.0.0.1, HTTP/1.1, 2 redirects, resolve 1ms, connect 2ms, processing 5s',
  );
});

test('a run that passed shows only the files that were asked for', () => {
  const out = screen(false);
  const output = new RunOutput(out, [first], () => ['trace: npx playwright show-trace var/t.zip']);
  output.finish(first, result(first));
  expect(out.text()).toBe('✓ shop/a  1.2s\n      trace: npx playwright show-trace var/t.zip\n');
});
