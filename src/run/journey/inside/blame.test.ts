import { expect, test } from 'vitest';
import type { Verdict } from '../messages.ts';
import { blame, doubtPass, type Scene } from './blame.ts';
import type { FailedRequest } from './failed-request.ts';

const verdictOf = (reason: Verdict['reason'], more: Partial<Verdict> = {}): Verdict => ({
  outcome: 'fail',
  reason,
  message: 'the button did not come',
  ...more,
});
const failed = (host: string, more: Partial<FailedRequest>): FailedRequest => ({
  url: new URL(`https://${host}.example/v1/charges?card=1`),
  method: 'POST',
  at: 100,
  ms: 120.4,
  hanging: false,
  page: false,
  ...more,
});
const document = (host: string, status: number) => ({
  url: `https://${host}.example/pay`,
  status,
  statusText: status === 500 ? 'Internal Server Error' : '',
  headers: {},
});
const plain: Scene = {
  failed: [],
  tunnelStands: false,
  systemOf: (url) => /^https:\/\/(shop|payment|reviews|search)\./.exec(url)?.[1],
  own: 'shop',
  dependsOn: ['payment', 'search'],
};
const down = failed('payment', { status: 503 });

const cases: readonly (readonly [title: string, verdict: Verdict, scene: Partial<Scene>, said: string])[] = [
  ['nothing else went wrong', verdictOf('element'), {}, 'fail/element'],
  ['a dependency answered 503', verdictOf('element'), { failed: [down] }, 'fail/dependency payment'],
  [
    'a dependency could not be reached',
    verdictOf('assertion'),
    { failed: [failed('payment', { error: 'net::ERR_CONNECTION_REFUSED' })] },
    'fail/dependency payment',
  ],
  [
    'a dependency hangs while the page is waited for',
    verdictOf('navigation'),
    { failed: [failed('payment', { hanging: true })] },
    'fail/dependency payment',
  ],
  [
    'it throttles us',
    verdictOf('timeout'),
    { failed: [failed('payment', { status: 429 })] },
    'fail/dependency payment',
  ],
  [
    'a dependency declined the card',
    verdictOf('assertion'),
    { failed: [failed('payment', { status: 402 })] },
    'fail/assertion',
  ],
  [
    'a system on which nobody depends failed beside it',
    verdictOf('element'),
    { failed: [failed('reviews', { status: 500 })] },
    'fail/element',
  ],
  [
    'both failed: the dependency goes first',
    verdictOf('element'),
    { failed: [failed('reviews', { status: 500 }), down] },
    'fail/dependency payment',
  ],
  ['its own request failed', verdictOf('element'), { failed: [failed('shop', { status: 500 })] }, 'fail/element'],
  [
    'a host that nobody claims failed',
    verdictOf('element'),
    { failed: [failed('cdn', { status: 500 })] },
    'fail/element',
  ],
  [
    'the script asked the dependency itself: its reason is the cause',
    verdictOf('connect', { firstHand: true }),
    { asked: 'https://payment.example/v1', failed: [failed('search', { error: 'net::ERR_FAILED' })] },
    'fail/connect payment',
  ],
  [
    'the script was refused by its own system, while another one failed',
    verdictOf('navigation', { firstHand: true }),
    { asked: 'https://shop.example/', failed: [down] },
    'fail/navigation',
  ],
  [
    'its own request failed, and the one of a dependency: the symptom stays, and both are told',
    verdictOf('element'),
    { failed: [failed('shop', { status: 500 }), down] },
    'fail/element payment',
  ],
  [
    'the page to which a click leads does not come',
    verdictOf('element'),
    { failed: [failed('shop', { hanging: true, page: true })] },
    'fail/navigation',
  ],
  [
    'the page of a host that nobody claims does not come',
    verdictOf('assertion'),
    { failed: [failed('cdn', { error: 'net::ERR_CONNECTION_RESET', page: true })] },
    'fail/navigation',
  ],
  [
    'the time was over while the page was waited for',
    verdictOf('timeout'),
    { failed: [failed('shop', { hanging: true, page: true })] },
    'fail/timeout',
  ],
  [
    'the egress is gone',
    verdictOf('element'),
    { failed: [failed('payment', { error: 'net::ERR_PROXY_CONNECTION_FAILED' })] },
    'broken/proxy',
  ],
  [
    'the egress makes no tunnel',
    verdictOf('assertion'),
    { failed: [failed('payment', { error: 'net::ERR_TUNNEL_CONNECTION_FAILED' })] },
    'broken/proxy',
  ],
  [
    'the egress makes no tunnel to the one, but to others',
    verdictOf('assertion'),
    { failed: [failed('payment', { error: 'net::ERR_TUNNEL_CONNECTION_FAILED' })], tunnelStands: true },
    'fail/dependency payment',
  ],
  [
    'the vantage has no network',
    verdictOf('element'),
    { failed: [failed('shop', { error: 'net::ERR_INTERNET_DISCONNECTED' })] },
    'broken/vantage',
  ],
  ['the page is an error', verdictOf('element'), { document: document('shop', 500) }, 'fail/status'],
  [
    'the page is an error, and a dependency is, too',
    verdictOf('element'),
    { document: document('shop', 500), failed: [down] },
    'fail/status payment',
  ],
  [
    "the page is a dependency's, and an error",
    verdictOf('element'),
    { document: document('payment', 503), failed: [down] },
    'fail/dependency payment',
  ],
  [
    "the page is another system's, and an error",
    verdictOf('element'),
    { document: document('reviews', 500) },
    'fail/status reviews',
  ],
  [
    "the page is a dependency's, and not to be found",
    verdictOf('element'),
    { document: document('payment', 404) },
    'fail/dependency payment',
  ],
  [
    'the page is an error, but the one to which it leads hangs',
    verdictOf('element'),
    { document: document('shop', 401), failed: [failed('shop', { hanging: true, page: true })] },
    'fail/navigation',
  ],
  ['the page is fine', verdictOf('element'), { document: document('shop', 200) }, 'fail/element'],
  [
    'a wall stands before all',
    verdictOf('element'),
    { wall: 'a bot wall', document: document('shop', 403), failed: [down] },
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
    { failed: [down], wall: 'w' },
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

test('a run that passed on an error page, or before a wall, has not looked', () => {
  const { systemOf, own } = plain;
  const say = (scene: Partial<Scene>) => {
    const { verdict, suspect } = doubtPass({ systemOf, own, ...scene }) ?? {};
    return verdict === undefined ? 'pass' : [`${verdict.outcome}/${verdict.reason}`, suspect].filter(Boolean).join(' ');
  };
  expect(say({})).toBe('pass');
  expect(say({ document: document('shop', 200) })).toBe('pass');
  expect(say({ document: document('shop', 404) })).toBe('pass');
  expect(say({ document: document('shop', 503) })).toBe('fail/status');
  expect(say({ document: document('payment', 503) })).toBe('fail/status payment');
  expect(say({ document: document('shop', 403), wall: 'a wall' })).toBe('fail/blocked');
});

test('a message tells the request of the dependency, without its query', () => {
  const { verdict } = blame(verdictOf('element'), { ...plain, failed: [down, down, down] });
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
