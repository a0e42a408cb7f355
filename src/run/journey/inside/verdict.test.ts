import { expect, test } from 'vitest';
import { type Failure, judge, ScriptMisuse, SecretMissing } from './verdict.ts';

const plain = { at: 'script', inStep: false, deliberate: false, browserDied: false, proxy: undefined } as const;

function named(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more);
}

const fetchFailed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('beneath'), { code }) });

const cases: [title: string, error: Error, about: Partial<Failure>, verdict: string][] = [
  [
    'an expectation',
    named('Error', 'expect(locator).toBeVisible() failed', { matcherResult: {} }),
    {},
    'fail/assertion',
  ],
  ['an assertion of Node', named('AssertionError', 'not equal'), {}, 'fail/assertion'],
  [
    'an element',
    named('TimeoutError', "locator.click: Timeout 1000ms exceeded.\nCall log:\n  - waiting for locator('#pay')"),
    {},
    'fail/element',
  ],
  ['two elements', named('Error', 'locator.click: Error: strict mode violation: two elements'), {}, 'fail/element'],
  [
    'a navigation',
    named('Error', 'page.goto: net::ERR_CONNECTION_REFUSED at http://shop.example/'),
    {},
    'fail/navigation',
  ],
  ['a slow navigation', named('TimeoutError', 'page.goto: Timeout 1000ms exceeded.'), {}, 'fail/navigation'],
  [
    'an egress',
    named('Error', 'page.goto: net::ERR_TUNNEL_CONNECTION_FAILED at https://shop.example/'),
    {},
    'broken/proxy',
  ],
  [
    'an address called proxy',
    named('Error', 'page.goto: net::ERR_CONNECTION_REFUSED at https://shop.example/proxy'),
    {},
    'fail/navigation',
  ],
  ['a refused API', named('Error', 'apiRequestContext.get: connect ECONNREFUSED 127.0.0.1:9'), {}, 'fail/connect'],
  ['an API that hangs up', named('Error', 'apiRequestContext.post: socket hang up'), {}, 'fail/reset'],
  ['an API that is slow', named('TimeoutError', 'apiRequestContext.get: Timeout 100ms exceeded.'), {}, 'fail/timeout'],
  ['an expired certificate', named('Error', 'apiRequestContext.get: certificate has expired'), {}, 'fail/certificate'],
  ["Node's own fetch", fetchFailed('ECONNREFUSED'), {}, 'fail/connect'],
  ["Node's own fetch of an unknown name", fetchFailed('ENOTFOUND'), {}, 'fail/dns'],
  ['a slip', new TypeError('x is not a function'), { inStep: true, deliberate: true }, 'broken/script'],
  ['an unknown name', new ReferenceError('x is not defined'), { inStep: true }, 'broken/script'],
  ['a wrong argument', named('Error', 'page.goto: url: expected string, got number'), {}, 'broken/script'],
  ['a fault in evaluated code', named('Error', 'page.evaluate: TypeError: null'), {}, 'broken/script'],
  ["the author's words in a step", new Error('sold out'), { inStep: true }, 'fail/assertion'],
  ["the author's words outside", new Error('sold out'), { deliberate: true }, 'fail/assertion'],
  ["a library's words outside", new Error('bad input'), {}, 'broken/script'],
  ['a missing secret', new SecretMissing('the secret X is not there'), { inStep: true }, 'broken/secret'],
  ['process.exit', new ScriptMisuse('the script called process.exit'), { inStep: true }, 'broken/script'],
  [
    'a dead browser',
    named('Error', 'page.click: Target page, context or browser has been closed'),
    { browserDied: true },
    'broken/crash',
  ],
  [
    'a page closed by the script',
    named('Error', 'page.click: Target page, context or browser has been closed'),
    {},
    'broken/script',
  ],
  ['no browser', new Error('did not start'), { at: 'browser' }, 'broken/browser'],
  ['a file that throws', new Error('boom'), { at: 'loading' }, 'broken/script'],
];

test.each(cases)('%s', (_title, error, about, verdict) => {
  const { outcome, reason } = judge({ ...plain, error, ...about });
  expect(`${outcome}/${reason}`).toBe(verdict);
});

test('a message keeps what was waited for, and loses colours and the rest of the log', () => {
  const log = "Call log:\n\u001b[2m  - waiting for locator('#pay')\u001b[22m\n  - retrying";
  const error = named('TimeoutError', `locator.click: Timeout 1000ms exceeded.\n${log}`);
  const { message } = judge({ ...plain, error, inStep: true });
  expect(message).toBe("locator.click: Timeout 1000ms exceeded.\nwaiting for locator('#pay')");
});
