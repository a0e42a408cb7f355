import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Local, pages, Stand, type Trial } from './trial.fixture.ts';

const shop = `<!doctype html><title>Shop</title><h1>Milk</h1>
<button id="pay" onclick="document.body.append('Thank you')">Pay</button>
<button id="slow" onclick="for (const from = performance.now(); performance.now() - from < 60;);">Slow</button>
<input id="user"><input id="password" type="password">
<p id="language"></p><p id="width"></p>
<script>
  document.querySelector('#language').textContent = navigator.language + ' ' + Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.querySelector('#width').textContent = innerWidth + ' ' + navigator.maxTouchPoints;
</script>`;

let stand: Stand;
let local: Local;
const seen: { url: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = [];

beforeAll(async () => {
  stand = await Stand.create();
  local = await Local.listen((request, response) => {
    seen.push({ url: request.url, headers: request.headers });
    if (request.url === '/hangs') return;
    if (request.url === '/error') {
      response.writeHead(500).end();
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/away') {
      response.writeHead(302, { location: searchParams.get('to') ?? '/' }).end();
      return;
    }
    if (pathname === '/cors') response.setHeader('access-control-allow-origin', '*');
    pages({ '/': shop, '/cors': 'fine', '/cart': '3', '/spin': '<script>for(;;);</script>' })(request, response);
  });
  await stand.engine.prewarm({ browser: true });
});

afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  local[Symbol.dispose]();
});

async function run(script: string, trial: Trial = {}) {
  const { result } = await stand.try(script, { ...trial, values: { url: local.url, ...trial.values } });
  return result;
}

describe('a journey that works', () => {
  test('passes, with its steps, vitals, requests and its trace', async () => {
    const events: string[] = [];
    const result = await run(
      `async ({ page, step, url }) => {
        await step('open', () => page.goto(url));
        await step('pay', async () => {
          await step('press the button', () => page.click('#pay'));
          await expect(page.getByText('Thank you')).toBeVisible();
        });
      }`,
      {
        systems: { shop: { hosts: [local.host] } },
        onStep: (event) => events.push(`${event.type} ${event.type === 'begin' ? event.name : event.step.name}`),
      },
    );
    expect(result).toMatchObject({ outcome: 'pass', finalUrl: `${local.url}/`, requests: { shop: { failed: 0 } } });
    expect(result.steps?.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['open', 'pass'],
      ['pay', 'pass'],
      ['press the button', 'pass'],
    ]);
    expect(result.vitals).toMatchObject({
      lcp: expect.any(Number),
      fcp: expect.any(Number),
      cls: 0,
      ttfb: expect.any(Number),
    });
    expect(events).toEqual([
      'begin open',
      'end open',
      'begin pay',
      'begin press the button',
      'end press the button',
      'end pay',
    ]);
    const document = seen.findLast(({ url }) => url === '/');
    expect(document?.headers.traceparent).toMatch(new RegExp(`^00-${result.traceId}-[0-9a-f]{16}-01$`));
    expect(document?.headers['user-agent']).toMatch(/Chrome\/.* vedette\/\d+\.\d+\.\d+ \(\+synthetic monitoring\)$/);
  });

  test('asks another origin without a header of ours, which that origin would refuse', async () => {
    const elsewhere = local.url.replace('127.0.0.1', 'localhost');
    const result = await run(
      `async ({ page, url, elsewhere }) => {
        await page.goto(url);
        await page.evaluate((to) => fetch(to), elsewhere + '/cors');
        await page.evaluate((to) => fetch(to), url + '/cart');
      }`,
      { values: { elsewhere } },
    );
    expect(result).toMatchObject({ outcome: 'pass' });
    expect(seen.findLast(({ url }) => url === '/cors')?.headers.traceparent).toBeUndefined();
    expect(seen.findLast(({ url }) => url === '/cart')?.headers.traceparent).toContain(result.traceId);
  });

  test('has the device, language, time zone and place that it asks for', async () => {
    const result = await run(
      `async ({ page, context, url }) => {
        await page.goto(url);
        await expect(page.locator('#language')).toHaveText('de-DE Europe/Berlin');
        await expect(page.locator('#width')).toHaveText(/^(39|98)\\d [1-9]/);
        expect(await page.evaluate(() => navigator.userAgent)).toMatch(/iPhone.* vedette/);
      }`,
      {
        probe: {
          device: 'iPhone 15',
          locale: 'de-DE',
          timezone: 'Europe/Berlin',
          geolocation: { latitude: 52, longitude: 13 },
        },
      },
    );
    expect(result.message).toBeUndefined();
    expect(result.outcome).toBe('pass');
  });

  test('shares nothing with the run before it', async () => {
    const script = `async ({ page, url }) => {
      await page.goto(url);
      expect(await page.evaluate(() => localStorage.length + document.cookie.length)).toBe(0);
      await page.evaluate(() => { localStorage.setItem('a', 'b'); document.cookie = 'a=b'; });
    }`;
    expect((await run(script)).outcome).toBe('pass');
    expect((await run(script)).outcome).toBe('pass');
  });

  test('is degraded when it is slow, or when a vital is beyond its budget', async () => {
    const open = 'async ({ page, url }) => { await page.goto(url); }';
    expect(await run(open, { probe: { slowMs: 1 } })).toMatchObject({ outcome: 'degraded', reason: 'slow' });
    const vital = await run(open, { probe: { vitals: { fcp: 0.1 } } });
    expect(vital).toMatchObject({
      outcome: 'degraded',
      reason: 'vital',
      message: expect.stringMatching(/^FCP .* beyond/),
    });
  });

  test("sends a system's headers to its hosts, from the page and from the API client", async () => {
    const script = `async ({ page, request, url }) => { await page.goto(url); await request.get(url + '/cart'); }`;
    const systems = { shop: { hosts: [local.host], headers: { 'x-synthetic': 'yes' } } };
    const result = await run(script, { systems });
    expect(result).toMatchObject({ outcome: 'pass', requests: { shop: { count: expect.any(Number), failed: 0 } } });
    for (const path of ['/', '/cart']) {
      const headers = seen.findLast(({ url }) => url === path)?.headers;
      expect(headers).toMatchObject({ 'x-synthetic': 'yes', traceparent: expect.stringContaining(result.traceId) });
    }
  });
});

describe('a system that says what it wants of our requests gets it', () => {
  const elsewhere = () => local.url.replace('127.0.0.1', 'localhost');
  // A document of the shop's own, then what it loads from a system that is another origin.
  const script = `async ({ page, request, url, there }) => {
    await page.goto(url);
    await page.evaluate(async (to) => {
      await fetch(to + '/cors?fetched');
      await new Promise((done) => {
        document.head.append(Object.assign(document.createElement('script'), { src: to + '/cors?loaded', onload: done, onerror: done }));
      });
    }, there);
    await page.goto(there + '/cart?opened');
    await request.get(there + '/cart?called');
  }`;
  const parts = ['/cors?fetched', '/cors?loaded', '/cart?opened', '/cart?called'];

  async function headersAt(system: object) {
    const systems = { payment: { hosts: [new URL(elsewhere()).host], ...system } };
    const from = seen.length;
    const result = await run(script, { values: { there: elsewhere() }, systems });
    expect(result.message).toBeUndefined();
    const now = seen.slice(from);
    const shop = now.find(({ url }) => url === '/')?.headers;
    expect(shop?.traceparent).toContain(result.traceId);
    expect(shop?.['user-agent']).toMatch(/Chrome.* vedette/);
    return parts.map((part) => now.find(({ url }) => url === part)?.headers ?? {});
  }

  test('a trace with nothing, or with everything that a page asks of it', async () => {
    const without = await headersAt({ traceparent: false });
    expect(without.map(({ traceparent }) => traceparent)).toEqual([undefined, undefined, undefined, undefined]);
    const always = (await headersAt({ traceparent: true })).map(({ traceparent }) => String(traceparent));
    expect(always).toEqual(parts.map(() => expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)));
    // One trace, a span each.
    expect(new Set(always.map((one) => one.slice(0, 35))).size).toBe(1);
    expect(new Set(always).size).toBe(parts.length);
  });

  test('a trace with nothing, not even when another system redirects to it', async () => {
    const to = encodeURIComponent(`${elsewhere()}/cart?redirected`);
    const systems = { payment: { hosts: [new URL(elsewhere()).host], traceparent: false } };
    const result = await run(`async ({ page, url, to }) => { await page.goto(url + '/away?to=' + to); }`, {
      values: { to },
      systems,
    });
    expect(result.message).toBeUndefined();
    expect(seen.at(-2)?.headers.traceparent).toContain(result.traceId);
    expect(seen.at(-1)).toMatchObject({ url: '/cart?redirected' });
    expect(seen.at(-1)?.headers).not.toHaveProperty('traceparent');
  });

  test('the name that it wants to be asked by', async () => {
    const headers = await headersAt({ headers: { 'user-agent': 'Partner/1' } });
    expect(headers.map((one) => one['user-agent'])).toEqual(parts.map(() => 'Partner/1'));
  });
});

describe('a journey that fails says why', () => {
  test('an expectation that is not met, with step, line and a picture', async () => {
    const { result, artifacts } = await stand.try(
      `async ({ page, step, url }) => {
        await page.goto(url);
        await step('order', async () => {
          await step('pay', async () => {
            await expect(page.locator('#thanks')).toBeVisible({ timeout: 200 });
          });
        });
      }`,
      { values: { url: local.url } },
    );
    expect(result).toMatchObject({ outcome: 'fail', reason: 'assertion', step: 'pay' });
    expect(result.message).toMatch(/#thanks[\s\S]*Expected: visible/);
    expect(result.steps?.map(({ outcome }) => outcome)).toEqual(['fail', 'fail']);
    expect(result.sourceLine).toMatchObject({ line: 7, text: expect.stringContaining("page.locator('#thanks')") });
    expect(result.sourceLine?.file).toMatch(/^shop\/trial-\d+\.ts$/);
    expect(result.artifacts).toEqual(artifacts.map(({ ref }) => ref));
    // A JPEG begins so.
    expect([...(artifacts[0]?.content.slice(0, 2) ?? [])]).toEqual([0xff, 0xd8]);
  });

  test.each([
    ['an element that never comes', `await page.click('#gone', { timeout: 200 })`, 'fail', 'element'],
    ['an address where nobody listens', `await page.goto('http://127.0.0.1:9/proxy')`, 'fail', 'navigation'],
    ['an API where nobody listens', `await request.get('http://127.0.0.1:9/')`, 'fail', 'connect'],
    ['a name that nobody has', `await request.get('http://nowhere.invalid/')`, 'fail', 'dns'],
    ['HTML where JSON was due', `await (await request.get(url)).json()`, 'fail', 'json'],
    ['an event that does not come', `await page.waitForEvent('popup', { timeout: 100 })`, 'fail', 'timeout'],
    ["the author's own words", `throw new Error('the basket is empty')`, 'fail', 'assertion'],
    ['a slip in the script', `page.nothing.at.all()`, 'broken', 'script'],
    ['a wrong argument', `await page.goto(42)`, 'broken', 'script'],
    ['an address that is none', `await page.goto('shop')`, 'broken', 'script'],
    ['a selector that is none', `await page.click('###')`, 'broken', 'script'],
    ['a secret that is not there', `secret('SHOP_PASSWORD')`, 'broken', 'secret'],
    ['a script that ends its process', `process.exit(0)`, 'broken', 'script'],
    [
      'a rejection that nobody awaits',
      `Promise.reject(new TypeError('lost')); await page.waitForTimeout(50)`,
      'broken',
      'script',
    ],
  ])('%s', async (_title, line, outcome, reason) => {
    const script = `async ({ page, request, step, secret, url }) => { await page.goto(url); await step('it', async () => { ${line} }); }`;
    const result = await run(script, { probe: { secrets: ['SHOP_PASSWORD'] } });
    expect(result).toMatchObject({ outcome, reason, message: expect.stringMatching(/./) });
  });

  test('a deadline that passes while the page is waited for', async () => {
    await stand.engine.settled();
    const script = `async ({ page, step, url }) => {
      await page.goto(url);
      await step('wait', () => page.locator('#gone').click());
    }`;
    const before = Date.now();
    const result = await run(script, { probe: { timeoutMs: 1_200 } });
    expect(Date.now() - before).toBeLessThan(3_200);
    expect(result).toMatchObject({
      outcome: 'fail',
      reason: 'timeout',
      step: 'wait',
      message: expect.stringContaining('#gone'),
    });
    expect(result.artifacts?.map(({ kind }) => kind)).toEqual(['screenshot', 'dom']);
  });

  test('a page that spins', async () => {
    await stand.engine.settled();
    const before = Date.now();
    const result = await run(`async ({ page, url }) => { await page.goto(url + '/spin'); }`, {
      probe: { timeoutMs: 1_500 },
    });
    expect(Date.now() - before).toBeLessThan(3_500);
    expect(result.outcome).toBe('fail');
    expect((await run(`async ({ page, url }) => { await page.goto(url); }`)).outcome).toBe('pass');
  });

  test('a step that nobody awaits', async () => {
    const result = await run(`async ({ page, step, url }) => {
      await page.goto(url);
      step('pay', () => page.waitForTimeout(300));
    }`);
    expect(result).toMatchObject({
      outcome: 'broken',
      reason: 'script',
      step: 'pay',
      message: 'the script ended while its step "pay" was still running; write await before step(…)',
      sourceLine: { line: 5, text: expect.stringContaining("step('pay'") },
    });
  });

  test('an error page where the script waits for an element', async () => {
    const script = `async ({ page, step, url }) => {
      await page.goto(url + '/error');
      await step('pay', () => page.click('#pay', { timeout: 200 }));
    }`;
    expect(await run(script)).toMatchObject({
      outcome: 'fail',
      reason: 'status',
      step: 'pay',
      message: expect.stringMatching(
        /\/error was answered 500 Internal Server Error, expected 2xx\nseen by the script: .*#pay/s,
      ),
    });
  });

  test('a dependency that answers with an error, or not at all, is the suspect', async () => {
    const systems = {
      shop: { hosts: ['shop.test'] },
      payment: { hosts: [local.host] },
      mail: { hosts: ['127.0.0.1:9'] },
    };
    const failing = `async ({ page, request, step, url }) => {
      await step('pay', async () => { await request.get(url + '/error'); throw new Error('not paid'); });
    }`;
    const undeclared = await run(failing, { systems });
    expect(undeclared).toMatchObject({
      reason: 'assertion',
      requests: { payment: { count: 1, failed: 1 } },
      requestFaults: [{ system: 'payment', method: 'GET', url: `${local.url}/error`, status: 500 }],
    });
    expect(undeclared.suspect).toBeUndefined();
    // Of one that the probe says it depends on, that is the reason; its system's dependencies are its own.
    for (const declared of [
      { probe: { dependsOn: ['payment'] }, systems },
      { systems: { ...systems, shop: { dependsOn: ['checkout'] }, checkout: { dependsOn: ['payment'] } } },
    ]) {
      expect(await run(failing, declared)).toMatchObject({
        outcome: 'fail',
        reason: 'dependency',
        suspect: 'payment',
        message: expect.stringMatching(
          /^payment failed meanwhile: GET \S+\/error answered 500 after \d+ ms\nseen by the script: not paid$/,
        ),
      });
    }
    const refused = `async ({ request, step }) => { await step('mail', () => request.get('http://127.0.0.1:9/')); }`;
    expect(await run(refused, { systems })).toMatchObject({ reason: 'connect', suspect: 'mail', step: 'mail' });
    const hanging = `async ({ page, step, url }) => {
      await page.goto(url);
      await step('pay', async () => {
        await page.evaluate((to) => { fetch(to); }, url + '/hangs');
        await expect(page.getByText('paid')).toBeVisible({ timeout: 1200 });
      });
    }`;
    expect(await run(hanging, { systems, probe: { dependsOn: ['payment'] } })).toMatchObject({
      reason: 'dependency',
      suspect: 'payment',
      requestFaults: [{ system: 'payment', unfinished: true }],
    });
    expect((await run(failing, { systems: { shop: { hosts: [local.host] } } })).suspect).toBeUndefined();
  });

  test('an egress that is not there is ours', async () => {
    const page = await run('async ({ page, url }) => { await page.goto(url); }', { egress: 'http://127.0.0.1:9' });
    expect(page).toMatchObject({ outcome: 'broken', reason: 'proxy' });
    for (const egress of ['http://127.0.0.1:9', 'socks5://127.0.0.1:9', 'http://nowhere.invalid:3128']) {
      const api = await run('async ({ request, url }) => { await request.get(url); }', {
        egress,
        systems: { other: { hosts: [local.host] } },
      });
      expect(api).toMatchObject({ outcome: 'broken', reason: 'proxy' });
      expect(api.suspect).toBeUndefined();
    }
  });
});

describe('an API-only journey', () => {
  test('counts its requests, and gets its values and secrets', async () => {
    const result = await run(
      `async ({ request, step, url, market, secret }) => {
        const answer = await step('ask', () => request.get(url + '/cart', { headers: { authorization: secret('TOKEN') } }));
        expect(await answer.text()).toBe('3');
        expect(market).toBe('de');
      }`,
      { values: { market: 'de' }, probe: { secrets: ['TOKEN'] }, secrets: { TOKEN: 'open sesame', OTHER: 'hidden' } },
    );
    expect(result).toMatchObject({ outcome: 'pass', requests: { [local.host]: { count: 1, failed: 0 } } });
    expect(result.finalUrl).toBeUndefined();
    const headers = seen.findLast(({ url }) => url === '/cart')?.headers;
    expect(headers).toMatchObject({
      authorization: 'open sesame',
      traceparent: expect.stringContaining(result.traceId),
    });
  });
});

describe('secrets', () => {
  test('are redacted wherever text leaves the child, and hidden in the picture', async () => {
    const events: string[] = [];
    const secret = 'p@ss word/42';
    const { result } = await stand.try(
      `async ({ page, step, secret, url }) => {
        await page.goto(url + '/?token=' + encodeURIComponent(secret('PASSWORD')));
        await page.evaluate((text) => console.error('typed ' + text), secret('PASSWORD'));
        await page.fill('#password', secret('PASSWORD'));
        await step('sign in with ' + secret('PASSWORD'), () => { throw new Error('refused: ' + secret('PASSWORD')); });
      }`,
      {
        values: { url: local.url },
        probe: { secrets: ['PASSWORD'] },
        secrets: { PASSWORD: secret },
        onStep: (event) => events.push(JSON.stringify(event)),
      },
    );
    expect(result).toMatchObject({ outcome: 'fail', step: 'sign in with [redacted]', message: 'refused: [redacted]' });
    expect(result.consoleErrors).toEqual(['typed [redacted]']);
    for (const text of [JSON.stringify(result), ...events]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(encodeURIComponent(secret));
    }
  });

  test('of the vantage are not in the environment of a script', async () => {
    process.env.VEDETTE_TEST_SECRET = 'hidden';
    const result = await run(`async () => { throw new Error(JSON.stringify(process.env)); }`);
    expect(result.message).not.toContain('hidden');
    expect(result.message).not.toContain('VEDETTE');
    delete process.env.VEDETTE_TEST_SECRET;
  });
});

describe('vitals', () => {
  test('of a page are there however soon the journey ends', async () => {
    const open = 'async ({ page, url }) => { await page.goto(url); }';
    for (let round = 0; round < 10; round++) {
      expect((await run(open)).vitals).toMatchObject({ fcp: expect.any(Number), lcp: expect.any(Number) });
    }
  });

  test('tell how long an interaction kept the user waiting', async () => {
    const result = await run(`async ({ page, url }) => { await page.goto(url); await page.click('#slow'); }`);
    expect(result.vitals?.inp).toBeGreaterThan(50);
  });
});

describe('cleanup', () => {
  test('runs whatever happened, the last first, while the page still stands', async () => {
    const result = await run(`async ({ page, step, cleanup, url }) => {
      await page.goto(url);
      cleanup(async () => { await page.goto(url + '/cart?first'); });
      cleanup(async () => { await page.goto(url + '/cart?second'); });
      throw new Error('sold out');
    }`);
    expect(result).toMatchObject({ outcome: 'fail', reason: 'assertion', message: 'sold out' });
    expect(seen.slice(-2).map(({ url }) => url)).toEqual(['/cart?second', '/cart?first']);
  });

  test('that fails is reported, and does not hide an earlier failure', async () => {
    const only = await run(`async ({ cleanup }) => { cleanup(() => { throw new Error('order 7 stays'); }); }`);
    const stays = { cleanupFault: 'order 7 stays' };
    expect(only).toMatchObject({
      outcome: 'fail',
      reason: 'cleanup',
      message: 'cleaning up failed: order 7 stays',
      ...stays,
    });
    const both = await run(`async ({ cleanup, step }) => {
      cleanup(() => { throw new Error('order 7 stays'); });
      throw new Error('sold out');
    }`);
    expect(both).toMatchObject({ outcome: 'fail', reason: 'assertion', message: 'sold out', ...stays });
  });

  test('with a slip in it is ours, but no less told', async () => {
    const slip = await run(`async ({ cleanup }) => { cleanup(() => { undefined.id; }); }`);
    expect(slip).toMatchObject({
      outcome: 'broken',
      reason: 'cleanup',
      cleanupFault: expect.stringMatching(/undefined/),
    });
  });

  test('that does not end is cut off, and the others of it are counted', async () => {
    await stand.engine.settled();
    const before = Date.now();
    const result = await run(
      `async ({ cleanup, request, url }) => {
        cleanup(() => {});
        cleanup(() => request.delete(url + '/hangs'));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }`,
      { probe: { timeoutMs: 1_000 } },
    );
    expect(Date.now() - before).toBeLessThan(3_000);
    expect(result).toMatchObject({
      outcome: 'fail',
      reason: 'cleanup',
      cleanupFault: expect.stringMatching(/^not done after the \d+ ms that it had, with 1 more to do$/),
    });
  });

  test('that could not run, because its script is stuck, is told', async () => {
    await stand.engine.settled();
    const result = await run(`async ({ cleanup }) => { cleanup(() => {}); cleanup(() => {}); for (;;); }`, {
      probe: { timeoutMs: 500 },
    });
    expect(result).toMatchObject({
      outcome: 'broken',
      reason: 'killed',
      cleanupFault: expect.stringMatching(/^the 2 cleanups that were registered could not run/),
    });
  });
});
