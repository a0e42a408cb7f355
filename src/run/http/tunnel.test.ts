import { createServer as createSecure } from 'node:https';
import { setDefaultCACertificates } from 'node:tls';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { removeFiles, trust } from './certificates.fixture.ts';
import { createHttpEngine } from './engine.ts';
import { connectProxy, socksProxy } from './proxies.fixture.ts';
import { listening, run, serve } from './trial.fixture.ts';

const engine = createHttpEngine();
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  removeFiles();
});

const target = () => serve((_request, response) => response.end('milk'));

describe('through a CONNECT proxy', () => {
  test('plain http goes through a tunnel too, loopback targets as well, and the address is not told', async () => {
    await using server = await target();
    await using proxy = await connectProxy();
    const result = await run(engine, { url: server.url }, { egress: proxy.on.url });
    expect(result).toMatchObject({ outcome: 'pass', status: 200, bytes: 4 });
    expect(result.ip).toBeUndefined();
    expect(result.phases?.connect).toBeGreaterThan(0);
    expect(proxy.asked).toEqual([{ target: server.host, authorization: undefined }]);
    await vi.waitFor(() => expect(proxy.on.open() + server.open()).toBe(0));
  });

  test('the user of the egress is told to the proxy', async () => {
    await using server = await target();
    await using proxy = await connectProxy();
    await run(engine, { url: server.url }, { egress: `http://vedette:@${proxy.on.host}` });
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from('vedette:').toString('base64')}`);
  });
});

describe('through a SOCKS5 proxy', () => {
  test('a run passes, and names are looked up at the far end', async () => {
    await using server = await target();
    await using proxy = await socksProxy();
    const egress = `socks5://${proxy.on.host}`;
    expect((await run(engine, { url: server.url }, { egress })).message).toBeUndefined();
    const result = await run(engine, { url: `http://localhost:${server.port}/` }, { egress });
    expect(result).toMatchObject({ outcome: 'pass', bytes: 4 });
    expect(proxy.asked).toEqual([server.host, `localhost:${server.port}`]);
    await vi.waitFor(() => expect(proxy.on.open() + server.open()).toBe(0));
  });
});

test('a proxy is spoken to over TLS where its scheme is https, and the target in TLS within that', async () => {
  const { root, good, ca } = await trust();
  setDefaultCACertificates([root.cert]);
  await using fresh = createHttpEngine();
  await using server = await listening(createSecure(good, (_request, response) => response.end('milk')));
  await using plain = await target();
  await using proxy = await connectProxy(good);
  const egress = `https://vedette@${proxy.on.host}`;
  for (const [url, host] of [
    [plain.url, plain.host],
    [`https://${server.host}/`, server.host],
  ]) {
    const result = await run(fresh, { url: url ?? '', tls: { ca } }, { egress });
    expect(result.message).toBeUndefined();
    expect(result).toMatchObject({ outcome: 'pass', bytes: 4 });
    expect(proxy.asked.at(-1)).toEqual({
      target: host,
      authorization: `Basic ${Buffer.from('vedette:').toString('base64')}`,
    });
  }
  await vi.waitFor(() => expect(proxy.on.open() + server.open() + plain.open()).toBe(0));
});
