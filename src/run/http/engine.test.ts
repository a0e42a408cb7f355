import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createHttpEngine } from './engine.ts';
import { closedPort, probeOf, run, runProbe, serve, surroundingsOf } from './trial.fixture.ts';

const engine = createHttpEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** A server that says what it was asked. */
const echo = () =>
  serve((request, response) => {
    void text(request).then((body) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
    });
  });

/** A server that keeps the headers it was asked with, and sends everybody on. */
const keeper = async (status: number, location: () => string) => {
  const asked: { method: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = await serve((request, response) => {
    void text(request).then((body) => {
      asked.push({ method: request.method, headers: request.headers, body });
      if (request.url === '/end') response.end('here');
      else response.writeHead(status, { location: location() }).end('elsewhere');
    });
  });
  return { asked, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
};

describe('a run that passes', () => {
  test('says what it saw: status, version, address, bytes and every phase', async () => {
    await using server = await serve((_request, response) => response.end('milk'));
    const result = await run(engine, { url: `${server.url}/` });
    expect(result).toMatchObject({
      id: 'shop/trial@fra/manual/1000/trial',
      outcome: 'pass',
      status: 200,
      version: '1.1',
      ip: '127.0.0.1',
      redirects: 0,
      bytes: 4,
    });
    expect(result.reason).toBeUndefined();
    expect(Object.keys(result.phases ?? {})).toEqual(['resolve', 'connect', 'processing', 'transfer']);
    const seconds = Object.values(result.phases ?? {}).reduce((sum, phase) => sum + phase, 0);
    expect(seconds * 1_000).toBeLessThanOrEqual(result.durationMs);
    expect(result.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  test('puts the time where it passed: waiting is processing, dripping is transfer', async () => {
    await using server = await serve((_request, response) => {
      setTimeout(() => {
        response.write('a');
        setTimeout(() => response.end('b'), 60);
      }, 90);
    });
    // Where this very thread stands still, two pauses reach the client as one.
    await vi.waitFor(async () => {
      const { phases } = await run(engine, { url: server.url });
      expect(phases?.processing).toBeGreaterThan(0.085);
      expect(phases?.transfer).toBeGreaterThan(0.055);
      expect(phases?.connect).toBeLessThan(0.085);
    }, 5_000);
  });

  test('opens a new connection every time, and leaves none behind', async () => {
    await using server = await serve((_request, response) => response.end());
    for (let i = 0; i < 3; i++) await run(engine, { url: server.url });
    expect(server.taken()).toBe(3);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('carries its trace, a name by which it is recognised, and the headers of the system it asks', async () => {
    await using server = await echo();
    const systems = { shop: { hosts: [server.host], headers: { 'x-synthetic': 'yes', 'x-mine': 'theirs' } } };
    const unmet = { json: { '$.headers.traceparent': { equals: '' } } };
    const result = await run(engine, { url: server.url }, { systems, expect: unmet });
    expect(result.message).toContain(`00-${result.traceId}-`);
    const json = {
      "$.headers['user-agent']": { equals: 'vedette/0.1.0 (+synthetic monitoring; shop/trial)' },
      "$.headers['x-synthetic']": { equals: 'yes' },
      "$.headers['x-mine']": { equals: 'mine' },
      '$.headers.connection': { equals: 'close' },
    };
    const request = { url: server.url, headers: { 'x-mine': 'mine' } };
    expect((await run(engine, request, { systems, expect: { json } })).message).toBeUndefined();
  });

  test('carries no trace to a system that wants none, hop by hop, and the name that it wants', async () => {
    await using partner = await keeper(302, () => `${shop.server.url}/end`);
    await using shop = await keeper(302, () => `${partner.server.url}/there`);
    const systems = {
      payment: { hosts: [partner.server.host], headers: { 'user-agent': 'Partner/1' }, traceparent: false },
      shop: { hosts: [shop.server.host], traceparent: true },
    };
    expect((await run(engine, { url: shop.server.url }, { systems })).outcome).toBe('pass');
    const [first, last] = shop.asked;
    const [between] = partner.asked;
    expect(first?.headers.traceparent).toMatch(/^00-/);
    expect(last?.headers.traceparent).toMatch(/^00-/);
    expect(between?.headers).not.toHaveProperty('traceparent');
    expect(between?.headers['user-agent']).toBe('Partner/1');
    expect(last?.headers['user-agent']).toMatch(/^vedette/);
    await run(engine, { url: partner.server.url, headers: { 'user-agent': 'Mine/2' } }, { systems });
    expect(partner.asked[1]?.headers['user-agent']).toBe('Mine/2');
  });

  test('beyond its budget is degraded', async () => {
    await using server = await serve((_request, response) => void setTimeout(() => response.end(), 60));
    const result = await run(engine, { url: server.url }, { slowMs: 50 });
    expect(result).toMatchObject({ outcome: 'degraded', reason: 'slow', status: 200 });
    expect(result.message).toMatch(/^it took \d+ms, expected at most 50ms$/);
  });

  test('uses the one family asked for, and falls back to the other when none is', async () => {
    // Listens on 127.0.0.1 alone; localhost is also ::1 on most machines.
    await using server = await serve((_request, response) => response.end());
    const url = `http://localhost:${server.port}/`;
    expect(await run(engine, { url })).toMatchObject({ outcome: 'pass', ip: '127.0.0.1' });
    expect(await run(engine, { url, family: 4 })).toMatchObject({ outcome: 'pass', ip: '127.0.0.1' });
    expect((await run(engine, { url, family: 6 })).outcome).toBe('fail');
  });
});

describe('what is sent', () => {
  test('a body, and credentials as they should be', async () => {
    await using server = await echo();
    const json = {
      '$.method': { equals: 'POST' },
      '$.body': { equals: '{"sku":"milk"}' },
      "$.headers['content-length']": { equals: '14' },
      '$.headers.authorization': { equals: `Basic ${Buffer.from('me:it').toString('base64')}` },
    };
    const request = {
      url: server.url,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"sku":"milk"}',
      auth: { basic: { username: 'me', password: 'it' } },
    };
    expect((await run(engine, request, { expect: { json } })).message).toBeUndefined();
  });

  test('secrets in url, header, bearer and JSON body, each written as its place wants it', async () => {
    await using server = await echo();
    const json = {
      '$.url': { equals: '/?key=a%22b%26c' },
      "$.headers['x-key']": { equals: 'a"b&c' },
      '$.headers.authorization': { equals: 'Bearer a"b&c' },
      '$.body': { equals: '{"key":"a\\"b&c"}' },
    };
    const request = {
      url: `${server.url}/?key={{secret:KEY}}`,
      method: 'POST',
      headers: { 'x-key': '{{secret:KEY}}', 'content-type': 'application/json' },
      body: '{"key":"{{secret:KEY}}"}',
      auth: { bearer: '{{secret:KEY}}' },
    };
    expect((await run(engine, request, { expect: { json }, secrets: { KEY: 'a"b&c' } })).message).toBeUndefined();
  });

  test('a secret that is not there is ours, is named, and nothing is asked', async () => {
    await using server = await echo();
    const result = await run(engine, { url: server.url, headers: { 'x-key': '{{secret:SHOP_KEY}}' } });
    expect(result).toMatchObject({ outcome: 'broken', reason: 'secret' });
    expect(result.message).toContain('SHOP_KEY');
    expect(server.taken()).toBe(0);
  });

  test('a secret that no header can hold is ours, and is not told', async () => {
    await using server = await echo();
    const request = { url: server.url, headers: { 'x-key': '{{secret:SHOP_KEY}}' } };
    const result = await run(engine, request, { secrets: { SHOP_KEY: 'one\ntwo' } });
    expect(result).toMatchObject({ outcome: 'broken', reason: 'secret' });
    expect(result.message).toContain('SHOP_KEY');
    expect(result.message).not.toContain('two');
  });

  test('a secret that the answer repeats is not in the message, however it is cut', async () => {
    await using server = await serve((request, response) => response.end(`${'x'.repeat(100)}${request.url}`));
    const request = { url: `${server.url}/{{secret:SHOP_KEY}}` };
    const trial = { secrets: { SHOP_KEY: 'hunter2-and-more' }, expect: { body: { contains: ['milk'] } } };
    const result = await run(engine, request, trial);
    expect(result).toMatchObject({ outcome: 'fail', reason: 'body' });
    expect(result.message).not.toContain('hunter2');
    expect(result.message).toContain('[redacted]');
  });
});

describe('redirects', () => {
  test('are followed, and their phases add up', async () => {
    await using server = await serve((request, response) => {
      const location = { '/': '/b', '/b': 'end' }[request.url ?? ''];
      if (location === undefined) response.end('here');
      else setTimeout(() => response.writeHead(302, { location }).end(), 50);
    });
    const result = await run(engine, { url: server.url });
    expect(result).toMatchObject({ outcome: 'pass', status: 200, redirects: 2, bytes: 4 });
    expect(result.phases?.processing).toBeGreaterThan(0.095);
    expect(server.taken()).toBe(3);
  });

  test('are the answer itself where none is to be followed', async () => {
    await using server = await serve((_request, response) => response.writeHead(302, { location: '/x' }).end());
    const trial = { expect: { status: [302], header: { location: { equals: '/x' } } } };
    expect(await run(engine, { url: server.url, redirects: 0 }, trial)).toMatchObject({ outcome: 'pass', status: 302 });
  });

  test('turn POST into GET as browsers do, and 307 keeps it', async () => {
    for (const [status, method, body] of [
      [302, 'GET', ''],
      [303, 'GET', ''],
      [307, 'POST', 'milk'],
    ] as const) {
      await using target = await keeper(status, () => '/end');
      const headers = { 'content-type': 'text/plain' };
      const result = await run(engine, { url: `${target.server.url}/start`, method: 'POST', body: 'milk', headers });
      expect(result.outcome).toBe('pass');
      expect(target.asked[1]).toMatchObject({ method, body });
      expect(target.asked[1]?.headers['content-type']).toBe(method === 'GET' ? undefined : 'text/plain');
    }
  });

  test('carry no credentials to another origin', async () => {
    await using elsewhere = await keeper(200, () => '');
    await using home = await keeper(302, () => `${elsewhere.server.url}/end`);
    const headers = { cookie: 'a=b', 'x-key': '{{secret:KEY}}', 'x-plain': 'yes' };
    const request = { url: home.server.url, headers, auth: { bearer: 'token' } };
    await run(engine, request, { secrets: { KEY: 'hunter2' } });
    expect(home.asked[0]?.headers).toMatchObject({ cookie: 'a=b', 'x-key': 'hunter2', authorization: 'Bearer token' });
    const sent = elsewhere.asked[0]?.headers ?? {};
    expect(sent['x-plain']).toBe('yes');
    expect([sent.cookie, sent['x-key'], sent.authorization]).toEqual([undefined, undefined, undefined]);
  });

  test('carry no body with secrets to another origin', async () => {
    await using elsewhere = await keeper(200, () => '');
    await using home = await keeper(307, () => `${elsewhere.server.url}/end`);
    const request = { url: home.server.url, method: 'POST', body: 'key={{secret:KEY}}' };
    const result = await run(engine, request, { secrets: { KEY: 'hunter2' } });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'redirect' });
    expect(elsewhere.server.taken()).toBe(0);
  });

  test('that lead to where nobody listens tell of that place alone', async () => {
    const port = await closedPort();
    const location = `http://127.0.0.1:${port}/`;
    await using server = await serve((_request, response) => response.writeHead(302, { location }).end());
    const result = await run(engine, { url: server.url });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'connect', redirects: 1 });
    expect(result.message).toBe(`connection refused by 127.0.0.1:${port}`);
    expect([result.status, result.ip]).toEqual([undefined, undefined]);
  });

  test('that end at the host of another system make it the suspect', async () => {
    await using payment = await serve((_request, response) => response.writeHead(503).end());
    await using shop = await serve((_request, response) => response.writeHead(302, { location: payment.url }).end());
    const systems = { payment: { hosts: [payment.host] }, shop: { hosts: [shop.host] } };
    expect(await run(engine, { url: shop.url }, { systems })).toMatchObject({ reason: 'status', suspect: 'payment' });
    expect((await run(engine, { url: shop.url, redirects: 0 }, { systems })).suspect).toBeUndefined();
  });
});

describe('faults of our own', () => {
  test('surroundings that throw make a crash, not a rejection', async () => {
    const hostile = new Proxy(surroundingsOf(), {
      get() {
        throw new Error('no surroundings today');
      },
    });
    const result = await runProbe(engine, probeOf({ url: 'http://127.0.0.1:9/' }), hostile);
    expect(result).toMatchObject({ outcome: 'broken', reason: 'crash' });
    expect(result.message).toContain('no surroundings today');
  });

  test('a probe without a request for its variant makes a crash', async () => {
    const result = await runProbe(
      engine,
      { ...probeOf({ url: 'http://127.0.0.1:9/' }), requests: {} },
      surroundingsOf(),
    );
    expect(result).toMatchObject({ outcome: 'broken', reason: 'crash' });
  });

  test('disposing the engine ends its runs as broken, at once', async () => {
    await using server = await serve(() => {});
    const short = createHttpEngine();
    const running = run(short, { url: server.url }, { timeoutMs: 60_000 });
    await vi.waitFor(() => expect(server.open()).toBe(1));
    await short[Symbol.asyncDispose]();
    expect(await running).toMatchObject({ outcome: 'broken', reason: 'vantage' });
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });
});

test('2,000 runs leave no connection and no memory behind', async () => {
  await using server = await serve((_request, response) => response.end('milk'));
  const probe = probeOf({ url: server.url }, { expect: { body: { contains: ['milk'] } } });
  const surroundings = surroundingsOf();
  const bad: string[] = [];
  const batch = async (runs: number) => {
    let left = runs;
    const lane = async () => {
      while (left-- > 0) {
        const { outcome, message } = await runProbe(engine, probe, surroundings);
        if (outcome !== 'pass') bad.push(message ?? outcome);
      }
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    await vi.waitFor(() => expect(server.open()).toBe(0), 5_000);
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = await batch(500);
  const after = await batch(1_500);
  expect(bad).toEqual([]);
  expect(server.taken()).toBe(2_000);
  // Without a forced collection much of it is garbage still.
  expect(after - before).toBeLessThan((globalThis.gc ? 8 : 64) * 1024 * 1024);
}, 30_000);
