import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Local, pages, Stand, type Trial, type Tried } from './trial.fixture.ts';

const secret = 'p"ss w\u00f6rd\\/42';
const shop = `<!doctype html><title>Basket</title><base href="/elsewhere/"><h1 onclick="alert(1)">Milk</h1>
<input id="user" value="nobody"><input id="password" type="password"><textarea id="note"></textarea>
<script>globalThis.ran = true;</script><iframe src="/frame"></iframe>`;

/** As the page keeps it ready, and as it shows it. */
const captcha = `<div id="box"><iframe width="400" height="580" src="/recaptcha/api2/bframe?k=6L"></iframe></div>
<script>if (location.search === '?ready') document.querySelector('#box').style = 'visibility: hidden; position: absolute; top: -10000px';</script>`;

let stand: Stand;
let local: Local;

beforeAll(async () => {
  stand = await Stand.create();
  const answer = pages({
    '/': shop,
    '/frame': 'inside',
    '/cart': '{}',
    '/captcha': captcha,
    '/recaptcha/api2/bframe': 'Select all squares with bicycles',
  });
  local = await Local.listen((request, response) => {
    if (request.url === '/hangs') return;
    if (request.url === '/wall')
      response.writeHead(403, { 'cf-mitigated': 'challenge' }).end('<title>Just a moment...</title>');
    else if (request.url?.startsWith('/error')) response.writeHead(503).end();
    else answer(request, response);
  });
  await stand.engine.prewarm({ browser: true });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  local[Symbol.dispose]();
});

function run(script: string, trial: Trial = {}): Promise<Tried> {
  return stand.try(script, { ...trial, values: { url: local.url }, secrets: { PASSWORD: secret } });
}

const texts = ({ artifacts }: Tried) =>
  new Map(artifacts.map(({ ref, content }) => [ref.kind, Buffer.from(content).toString()] as const));

function traceOf({ artifacts }: Tried): Readonly<Record<string, string>> {
  const zip = artifacts.find(({ ref }) => ref.kind === 'trace')?.content;
  if (zip === undefined) throw new Error('there is no trace');
  const files = Object.entries(unzipSync(zip));
  return Object.fromEntries(files.map(([name, content]) => [name, Buffer.from(content).toString()]));
}

describe('a journey that fails', () => {
  test('shows its page, its line, and every request that failed or never ended', async () => {
    const tried = await run(
      `async ({ page, step, secret, url }) => {
        await page.goto(url);
        await step('order', async () => {
          await page.fill('#user', 'ada');
          await page.fill('#password', secret('PASSWORD'));
          await page.fill('#note', 'by ' + secret('PASSWORD'));
          await page.evaluate(() => { fetch('/hangs'); return fetch('/error?from=page'); });
          await page.evaluate(() => new Promise((done) => setTimeout(done, 1_050)));
          await page.click('#gone', { timeout: 50 });
        });
      }`,
      { probe: { secrets: ['PASSWORD'], dependsOn: ['payment'] }, systems: { payment: { hosts: [local.host] } } },
    );
    const { result } = tried;
    expect(result).toMatchObject({ title: 'Basket', finalUrl: `${local.url}/`, step: 'order', suspect: 'payment' });
    expect(result.sourceLine).toMatchObject({ line: 11, from: 9, text: "await page.click('#gone', { timeout: 50 });" });
    expect(result.sourceLine?.lines).toHaveLength(5);
    expect(result.sourceLine?.lines?.[2]).toBe("          await page.click('#gone', { timeout: 50 });");
    expect(result.requestFaults).toEqual([
      {
        system: 'payment',
        method: 'GET',
        url: `${local.url}/error?from=page`,
        status: 503,
        durationMs: expect.any(Number),
      },
      { system: 'payment', method: 'GET', url: `${local.url}/hangs`, unfinished: true, durationMs: expect.any(Number) },
    ]);
    expect(result.requestFaults?.[1]?.durationMs).toBeGreaterThan(1_000);
    expect(result.consoleErrors?.join('\n')).toContain(`503 (Service Unavailable) ${local.url}/error?from=page`);
    expect([...texts(tried).keys()]).toEqual(['screenshot', 'dom']);
  });

  test('keeps its document as it was, without what runs or must not be seen', async () => {
    const tried = await run(
      `async ({ page, secret, url }) => {
        await page.goto(url);
        await page.fill('#user', 'ada');
        await page.fill('#password', secret('PASSWORD') + '!');
        await page.fill('#note', 'by ' + secret('PASSWORD'));
        throw new Error('sold out');
      }`,
      { probe: { secrets: ['PASSWORD'] } },
    );
    const dom = texts(tried).get('dom') ?? '';
    expect(dom).toMatch(/^<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"/);
    expect(dom).toContain(`<base href="${local.url}/elsewhere/">`);
    expect(dom).toContain('value="ada"');
    expect(dom).toContain('by [redacted]');
    expect(dom).toContain('value="•••"');
    expect(dom).not.toContain('<script');
    expect(dom).not.toContain('ran = true');
  });

  test.each([
    ['a challenge in the place of the page', '/wall', 'a challenge of Cloudflare stands in the way'],
    ['a captcha that opens in the page', '/captcha', 'a captcha of reCAPTCHA stands in the way'],
  ])('before %s is blocked', async (_title, path, says) => {
    const script = `async ({ page, step, url }) => {
      await page.goto(url + '${path}');
      await step('pay', () => page.click('#pay', { timeout: 100 }));
    }`;
    const { result } = await run(script);
    expect(result).toMatchObject({ outcome: 'fail', reason: 'blocked', step: 'pay' });
    expect(result.message).toMatch(new RegExp(`^${says}\nseen by the script: page.click: Timeout 100ms`));
  });

  test('with a captcha that waits out of sight is not blocked', async () => {
    const script = `async ({ page, step, url }) => {
      await page.goto(url + '/captcha?ready');
      await step('pay', () => page.click('#pay', { timeout: 100 }));
    }`;
    expect((await run(script)).result).toMatchObject({ outcome: 'fail', reason: 'element' });
  });

  test('that is frozen gives no evidence, but a result in time', async () => {
    await stand.engine.settled();
    const before = Date.now();
    const { result } = await run(
      `async ({ page, step, url }) => {
        await page.goto(url);
        await step('freeze', () => page.evaluate(() => { for (;;); }));
      }`,
      { probe: { timeoutMs: 1_500 } },
    );
    expect(Date.now() - before).toBeLessThan(3_500);
    expect(result).toMatchObject({ step: 'freeze', finalUrl: `${local.url}/` });
    expect(result.artifacts).toBeUndefined();
  });
});

describe('a trace', () => {
  const sign = `async ({ page, request, step, secret, url }) => {
    await page.goto(url);
    await step('sign in', async () => {
      await page.fill('#password', secret('PASSWORD'));
      await request.post(url + '/cart?key=' + encodeURIComponent(secret('PASSWORD')), {
        data: { password: secret('PASSWORD') },
        headers: { authorization: 'Basic ' + btoa('ada:' + unescape(encodeURIComponent(secret('PASSWORD')))) },
      });
      await page.evaluate((key) => fetch('/cart', { method: 'POST', body: JSON.stringify({ key }) }), secret('PASSWORD'));
    });
    FAIL
  }`;
  const failing = sign.replace('FAIL', `throw new Error('sold out');`);
  const passing = sign.replace('FAIL', '');

  test('of a confirmation that fails holds its steps, calls and requests, and no secret', async () => {
    const tried = await run(failing, { probe: { secrets: ['PASSWORD'] }, cause: 'confirmation' });
    expect([...texts(tried).keys()]).toEqual(['screenshot', 'dom', 'trace']);
    const files = traceOf(tried);
    expect(files['trace.trace']).toMatch(/"title":"sign in"/);
    expect(files['trace.trace']).toContain('"method":"fill"');
    expect(files['trace.network']).toContain(`${local.url}/cart`);
    const all = Object.values(files).join('\n');
    expect(all).toContain('[redacted]');
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), 'w\u00f6rd']) {
      expect(all).not.toContain(form);
    }
    // Evidence is no part of the run.
    expect(all).not.toContain('"method":"screenshot"');
  });

  test.each<[title: string, script: string, trial: Trial, kept: boolean]>([
    ['is not kept of a confirmation that passes', passing, { cause: 'confirmation' }, false],
    ['is not made of a scheduled run', failing, { cause: 'scheduled' }, false],
    [
      'is kept of any run of a probe that asks for it',
      passing,
      { cause: 'scheduled', probe: { trace: 'always' } },
      true,
    ],
    ['is not made for a probe that wants none', failing, { cause: 'confirmation', probe: { trace: 'never' } }, false],
    ['is kept of a manual run that asks for it', passing, { cause: 'manual', trace: true }, true],
  ])('%s', async (_title, script, trial, kept) => {
    const tried = await run(script, { ...trial, probe: { secrets: ['PASSWORD'], ...trial.probe } });
    expect(tried.artifacts.some(({ ref }) => ref.kind === 'trace')).toBe(kept);
  });

  test('of a journey without a browser holds its requests', async () => {
    const script = `async ({ request, step, url }) => { await step('ask', () => request.get(url + '/cart')); }`;
    const files = traceOf(await run(script, { trace: true }));
    expect(files['trace.network']).toContain(`${local.url}/cart`);
  });

  test('of a run that meets its deadline is there in time', async () => {
    await stand.engine.settled();
    const before = Date.now();
    const tried = await run(
      `async ({ page, step, url }) => {
        await page.goto(url);
        await step('wait', () => page.locator('#gone').click());
      }`,
      { probe: { timeoutMs: 1_500 }, cause: 'confirmation' },
    );
    expect(Date.now() - before).toBeLessThan(3_500);
    expect([...texts(tried).keys()]).toEqual(['screenshot', 'dom', 'trace']);
  });
});
