import { expect, test } from 'vitest';
import type { Verdict } from '../messages.ts';
import { blame, type Scene } from './blame.ts';
import type { Fault } from './traffic.ts';

const verdictOf = (reason: Verdict['reason'], more: Partial<Verdict> = {}): Verdict => ({
  outcome: 'fail',
  reason,
  message: 'the button did not come',
  ...more,
});
const fault = (host: string, more: Partial<Fault>): Fault => ({
  url: new URL(`https://${host}.example/v1/charges?card=1`),
  method: 'POST',
  at: 100,
  ms: 120.4,
  hanging: false,
  ...more,
});
const document = (host: string, status: number) => ({
  url: `https://${host}.example/pay`,
  status,
  statusText: status === 500 ? 'Internal Server Error' : '',
  headers: {},
});
const plain: Scene = {
  faults: [],
  systemOf: (url) => /^https:\/\/(shop|payment|reviews|search)\./.exec(url)?.[1],
  own: 'shop',
  dependsOn: ['payment', 'search'],
};
const down = fault('payment', { status: 503 });

const cases: readonly (readonly [title: string, verdict: Verdict, scene: Partial<Scene>, said: string])[] = [
  ['nothing else went wrong', verdictOf('element'), {}, 'fail/element'],
  ['a dependency answered 503', verdictOf('element'), { faults: [down] }, 'fail/dependency payment'],
  [
    'a dependency could not be reached',
    verdictOf('assertion'),
    { faults: [fault('payment', { error: 'net::ERR_CONNECTION_REFUSED' })] },
    'fail/dependency payment',
  ],
  [
    'a dependency hangs while the page is waited for',
    verdictOf('navigation'),
    { faults: [fault('payment', { hanging: true })] },
    'fail/dependency payment',
  ],
  ['it throttles us', verdictOf('timeout'), { faults: [fault('payment', { status: 429 })] }, 'fail/dependency payment'],
  [
    'a dependency declined the card',
    verdictOf('assertion'),
    { faults: [fault('payment', { status: 402 })] },
    'fail/assertion',
  ],
  [
    'a system on which nobody depends failed beside it',
    verdictOf('element'),
    { faults: [fault('reviews', { status: 500 })] },
    'fail/element reviews',
  ],
  [
    'both failed: the dependency goes first',
    verdictOf('element'),
    { faults: [fault('reviews', { status: 500 }), down] },
    'fail/dependency payment',
  ],
  ['its own request failed', verdictOf('element'), { faults: [fault('shop', { status: 500 })] }, 'fail/element'],
  [
    'a host that nobody claims failed',
    verdictOf('element'),
    { faults: [fault('cdn', { status: 500 })] },
    'fail/element',
  ],
  [
    'the script asked the dependency itself: its reason is the cause',
    verdictOf('connect', { firstHand: true }),
    { faults: [fault('payment', { error: 'connect ECONNREFUSED' })] },
    'fail/connect payment',
  ],
  ['the page is an error', verdictOf('element'), { document: document('shop', 500) }, 'fail/status'],
  [
    'the page is an error, and a dependency is, too',
    verdictOf('element'),
    { document: document('shop', 500), faults: [down] },
    'fail/status payment',
  ],
  [
    "the page is a dependency's, and an error",
    verdictOf('element'),
    { document: document('payment', 503), faults: [down] },
    'fail/dependency payment',
  ],
  [
    "the page is another system's, and an error",
    verdictOf('element'),
    { document: document('reviews', 500) },
    'fail/status reviews',
  ],
  ['the page is fine', verdictOf('element'), { document: document('shop', 200) }, 'fail/element'],
  [
    'a wall stands before all',
    verdictOf('element'),
    { wall: 'a bot wall', document: document('shop', 403), faults: [down] },
    'fail/blocked',
  ],
  [
    'a wall stands before the page of a dependency',
    verdictOf('element'),
    { wall: 'a bot wall', document: document('payment', 403) },
    'fail/blocked payment',
  ],
  [
    'the script has a slip',
    { ...verdictOf('script'), outcome: 'broken' },
    { faults: [down], wall: 'w' },
    'broken/script',
  ],
  ['the script looked at a certificate', verdictOf('certificate'), { wall: 'w' }, 'fail/certificate'],
];

test.each(cases)('%s', (_title, verdict, scene, said) => {
  const { verdict: judged, suspect } = blame(verdict, { ...plain, ...scene });
  expect(`${judged.outcome}/${judged.reason}${suspect === undefined ? '' : ` ${suspect}`}`).toBe(said);
  // What the script saw is never lost.
  expect(judged.message).toContain(verdict.message);
});

test('a message tells the request of the dependency, without its query', () => {
  const { verdict } = blame(verdictOf('element'), { ...plain, faults: [down, down, down] });
  expect(verdict.message).toBe(
    'payment failed meanwhile: POST https://payment.example/v1/charges answered 503 after 120 ms, and 2 more\n' +
      'seen by the script: the button did not come',
  );
});

test('a message tells the error page, and what the script saw', () => {
  const { verdict } = blame(verdictOf('element'), { ...plain, document: document('shop', 500) });
  expect(verdict.message).toBe(
    'the page https://shop.example/pay was answered 500 Internal Server Error, expected 2xx\n' +
      'seen by the script: the button did not come',
  );
});
