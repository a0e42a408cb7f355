/**
 * Whose fault a failing step is, told by what real pages ask of real servers while it fails.
 */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../result/result.ts';
import { Local, Stand, type Trial } from './trial.fixture.ts';

let stand: Stand;
let shop: Local;
let payment: Local;
let asked = 0;

/** Pages of the shop; `PAY` stands for the payment provider. */
const pages: Readonly<Record<string, string>> = {
  '/': '<h1>Milk</h1>',
  '/hanging-link': '<a id="next" href="/hangs">Next</a>',
  '/gives-up': `<script>fetch('PAY/hangs', { signal: AbortSignal.timeout(1100) }).catch(() => {})</script>`,
  '/changes-its-mind': `<script>const c = new AbortController(); fetch('PAY/hangs', { signal: c.signal }).catch(() => {}); c.abort()</script>`,
  '/streams': `<script>fetch('PAY/stream')</script>`,
  '/tries-again': `<script>fetch('PAY/flaky').then(() => fetch('PAY/flaky'))</script>`,
  '/both-fail': `<script>fetch('/broken', { method: 'POST' }); fetch('PAY/broken')</script>`,
  '/socket': `<script>new WebSocket('PAY/hangs'.replace('http', 'ws'))</script>`,
  '/fails': `<script>fetch('PAY/broken')</script>`,
};

function answer(path: string, response: ServerResponse, home: string): void {
  response.setHeader('access-control-allow-origin', '*');
  if (path === '/hangs') return;
  if (path === '/stream') {
    response.writeHead(200).write('one');
    return;
  }
  const page = pages[path];
  const status = path === '/broken' || (path === '/flaky' && asked++ === 0) ? 503 : page === undefined ? 404 : 200;
  if (path === '/to-payment') response.writeHead(302, { location: `${payment.url}/broken` }).end();
  else if (path === '/wall') response.writeHead(403, { 'cf-mitigated': 'challenge' }).end();
  else {
    response.writeHead(path === '/flaky' && status !== 503 ? 200 : status, { 'content-type': 'text/html' });
    response.end((page ?? '').replaceAll('PAY', home));
  }
}

beforeAll(async () => {
  stand = await Stand.create();
  payment = await Local.listen((request, response) => answer(request.url ?? '/', response, ''));
  shop = await Local.listen((request, response) => answer(request.url ?? '/', response, payment.url));
  await stand.engine.prewarm({ browser: true });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  shop[Symbol.dispose]();
  payment[Symbol.dispose]();
});

async function run(script: string, trial: Trial = {}): Promise<Result> {
  const systems = { shop: { hosts: [shop.host] }, payment: { hosts: [payment.host] } };
  const values = { url: shop.url, pay: payment.url };
  const { result } = await stand.try(script, {
    systems,
    values,
    ...trial,
    probe: { dependsOn: ['payment'], ...trial.probe },
  });
  return result;
}

const said = ({ outcome, reason, suspect }: Result) =>
  outcome === 'pass' ? 'pass' : `${outcome}/${reason}${suspect === undefined ? '' : ` ${suspect}`}`;
const sees = (path: string, waitMs = 400) => `async ({ page, step, url }) => {
  await page.goto(url + '${path}');
  await step('pay', () => expect(page.getByText('Thank you')).toBeVisible({ timeout: ${waitMs} }));
}`;

describe('a step that waits in vain', () => {
  test.each<[title: string, script: string, said: string]>([
    ['while a dependency fails', sees('/fails'), 'fail/dependency payment'],
    ['while the page gives up a dependency that hangs', sees('/gives-up', 1_400), 'fail/dependency payment'],
    ['while the page only changes its mind', sees('/changes-its-mind'), 'fail/assertion'],
    ['while a stream of a dependency is open', sees('/streams', 1_200), 'fail/assertion'],
    ['after a dependency failed once and was asked again', sees('/tries-again'), 'fail/assertion'],
    ['while its own system fails too', sees('/both-fail'), 'fail/assertion payment'],
    ['while a web socket cannot be opened', sees('/socket', 1_400), 'fail/assertion'],
    [
      'for the page to which a click leads',
      `async ({ page, step, url }) => {
        await page.goto(url + '/hanging-link');
        await step('next', () => page.click('#next', { timeout: 1_300 }));
      }`,
      'fail/navigation',
    ],
    [
      'on its own system that refuses it, after a dependency failed',
      `async ({ page, url }) => {
        await page.goto(url + '/fails');
        await page.waitForTimeout(100);
        await page.goto('http://127.0.0.1:9/');
      }`,
      'fail/navigation',
    ],
  ])('%s', async (_title, script, expected) => {
    asked = 0;
    const result = await run(script);
    expect(said(result), result.message).toBe(expected);
  });

  test('names its own failure and that of the dependency', async () => {
    const { message = '' } = await run(sees('/both-fail'));
    expect(message).toMatch(
      /^shop failed meanwhile: POST \S+\/broken answered 503 after \d+ ms\npayment failed meanwhile: /,
    );
  });
});

describe('a request of the script', () => {
  test('that is led to a dependency which fails makes that one the suspect', async () => {
    const result = await run(
      `async ({ request, url }) => { await expect(await request.get(url + '/to-payment')).toBeOK(); }`,
    );
    expect(said(result)).toBe('fail/dependency payment');
    expect(result.message).toContain('← 503 Service Unavailable');
  });

  test('that cannot be made blames whom it asked, not what fails beside it', async () => {
    const result = await run(`async ({ page, request, url }) => {
      await page.goto(url + '/fails');
      await page.waitForTimeout(100);
      await request.get('http://127.0.0.1:9/');
    }`);
    expect(said(result)).toBe('fail/connect');
  });

  test('that hangs until the deadline blames whom it asked', async () => {
    const result = await run(`async ({ request, pay }) => { await request.get(pay + '/hangs'); }`, {
      probe: { timeoutMs: 1_000 },
    });
    expect(said(result)).toBe('fail/timeout payment');
  });

  test('that meets a wall is blocked', async () => {
    expect(
      said(await run(`async ({ request, url }) => { await expect(await request.get(url + '/wall')).toBeOK(); }`)),
    ).toBe('fail/blocked');
  });
});

test.each([
  ['an error page', '/broken', 'fail/status'],
  ['a wall', '/wall', 'fail/blocked'],
  ['what is not there, on purpose perhaps', '/nothing', 'pass'],
])('a journey that opens %s and does not look', async (_title, path, expected) => {
  const result = await run(`async ({ page, url }) => { await page.goto(url + '${path}'); }`);
  expect(said(result)).toBe(expected);
  expect(result.artifacts !== undefined).toBe(expected !== 'pass');
});

test('an egress that goes away while the page asks a dependency is ours', async () => {
  const egress = createServer((socket) => {
    socket.once('data', () => {
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<button onclick="fetch('${payment.url}/')">Pay</button>`,
      );
      egress.close();
    });
  });
  await new Promise<void>((resolve) => void egress.listen(0, '127.0.0.1', resolve));
  const address = egress.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  const result = await run(
    `async ({ page, step, url }) => {
      await page.goto(url);
      await step('pay', async () => { await page.click('button'); await expect(page.getByText('Thank you')).toBeVisible({ timeout: 300 }); });
    }`,
    { egress: `http://127.0.0.1:${address.port}` },
  );
  expect(said(result), result.message).toBe('broken/proxy');
});

describe('what one run leaves behind', () => {
  test.each([
    ['a timer that throws', `setTimeout(() => { throw new Error('late'); }, 150);`],
    ['a promise that is rejected late', `setTimeout(() => Promise.reject(new Error('late')), 150);`],
    [
      'a call to its page',
      `(async () => { await new Promise((done) => setTimeout(done, 20)); await page.click('#gone'); })();`,
    ],
  ])('%s, does not fail the next one', async (_title, left) => {
    const first = await run(`async ({ page, url }) => { await page.goto(url); ${left} }`);
    expect(said(first), first.message).toBe('pass');
    const next = await run(
      `async ({ page, step, url }) => { await page.goto(url); await step('look', () => page.waitForTimeout(400)); }`,
    );
    expect(said(next), next.message).toBe('pass');
    await stand.engine.settled();
  });
});

describe('what the script itself does wrong is no failure of the shop', () => {
  test.each([
    ['a step that fails unseen', `step('pay', () => { throw new Error('no milk'); });`, 'broken/script'],
    [
      'a file that is not there',
      `await step('upload', async () => (await import('node:fs')).readFileSync('photo.jpg'));`,
      'broken/script',
    ],
    [
      'a time limit of its own',
      `await step('ask', () => fetch(pay + '/hangs', { signal: AbortSignal.timeout(100) }));`,
      'fail/timeout',
    ],
  ])('%s', async (_title, code, expected) => {
    const result = await run(`async ({ step, pay }) => { ${code} }`);
    expect(said(result), result.message).toBe(expected);
  });

  test('a sleep beyond its time', async () => {
    await stand.engine.settled();
    const result = await run(`async ({ page, url }) => { await page.goto(url); await page.waitForTimeout(20_000); }`, {
      probe: { timeoutMs: 1_000 },
    });
    expect(said(result), result.message).toBe('broken/killed');
  });
});
