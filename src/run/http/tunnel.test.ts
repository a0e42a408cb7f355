import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect, createServer as createListener, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createHttpEngine } from './engine.ts';
import { answerWith, closedPort, type Listening, listening, run, serve } from './trial.fixture.ts';

const engine = createHttpEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** A CONNECT proxy that notes what it was asked, and joins it to the target. */
async function connectProxy() {
  const asked: { target: string | undefined; authorization: string | undefined }[] = [];
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    asked.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
    const [host, port] = (request.url ?? '').split(':');
    joined(client, connect({ host: host ?? '', port: Number(port) }), 'HTTP/1.1 200 OK\r\n\r\n');
  });
  const on = await listening(server);
  return { asked, on, [Symbol.asyncDispose]: () => on[Symbol.asyncDispose]() };
}

function joined(client: Socket, upstream: Socket, hello: string | Buffer) {
  upstream.once('connect', () => {
    client.write(hello);
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on('error', () => client.destroy());
  client.on('error', () => upstream.destroy());
  client.once('close', () => upstream.destroy());
}

/** A SOCKS5 proxy (RFC 1928) that knows names and IPv4 addresses, and answers with `reply`. */
async function socksProxy(reply = 0) {
  const asked: string[] = [];
  const server = createListener((client) => {
    client.on('error', () => {});
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (request: Buffer) => {
        const named = request[3] === 3;
        const host = named
          ? request.toString('latin1', 5, 5 + (request[4] ?? 0))
          : [...request.subarray(4, 8)].join('.');
        const port = request.readUInt16BE(request.length - 2);
        asked.push(`${host}:${port}`);
        const hello = Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
        if (reply === 0) joined(client, connect({ host, port }), hello);
        else client.end(hello);
      });
    });
  });
  const on = await listening(server);
  return { asked, on, [Symbol.asyncDispose]: () => on[Symbol.asyncDispose]() };
}

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

  const status = (error: string) => `HTTP/1.1 502 Bad Gateway\r\nproxy-status: fra; error=${error}\r\n\r\n`;
  test.each([
    [status('connection_refused'), 'fail', 'connect'],
    [status('destination_unavailable'), 'fail', 'connect'],
    [status('connection_terminated'), 'fail', 'reset'],
    [status('connection_timeout'), 'fail', 'timeout'],
    [status('dns_error'), 'fail', 'dns'],
    [status('proxy_internal_error'), 'broken', 'proxy'],
    ['HTTP/1.1 504 Gateway Timeout\r\n\r\n', 'fail', 'timeout'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', 'broken', 'proxy'],
    ['HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'broken', 'proxy'],
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'broken', 'proxy'],
    ['220 mail.example ESMTP\r\n\r\n', 'broken', 'proxy'],
    [`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}`, 'broken', 'proxy'],
    ['HTTP/1.1 20', 'broken', 'proxy'],
  ])('its answer %j is %s, reason %s', async (said, outcome, reason) => {
    await using proxy = await answerWith(said);
    const result = await run(engine, { url: 'http://shop.example/' }, { egress: proxy.url });
    expect(result).toMatchObject({ outcome, reason, phase: 'connect' });
    expect(result.message).toContain(proxy.host);
    if (outcome === 'fail') expect(result.message).toContain('shop.example:80');
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

  test.each([
    [5, 'fail', 'connect'],
    [4, 'fail', 'connect'],
    [6, 'fail', 'timeout'],
    [1, 'broken', 'proxy'],
    [2, 'broken', 'proxy'],
  ])('its reply %i is %s, reason %s', async (reply, outcome, reason) => {
    await using proxy = await socksProxy(reply);
    const result = await run(engine, { url: 'http://shop.example/' }, { egress: `socks5://${proxy.on.host}` });
    expect(result).toMatchObject({ outcome, reason, phase: 'connect' });
    expect(result.message).toContain(proxy.on.host);
  });
});

describe('a proxy', () => {
  test.each([
    ['http', connectProxy],
    ['socks5', socksProxy],
  ])('(%s) https is shaken hands with the target itself', async (scheme, start) => {
    const folder = await mkdtemp(join(tmpdir(), 'vedette-tunnel-'));
    try {
      const made = await generate([{ name: 'commonName', value: 'localhost' }], {
        keyType: 'ec',
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
      });
      const ca = join(folder, 'ca.pem');
      await writeFile(ca, made.cert);
      await using server = await listening(
        createSecure({ key: made.private, cert: made.cert }, (_request, response) => response.end('milk')),
      );
      await using proxy = await start();
      const request = { url: `https://${server.host}/`, tls: { ca } };
      const result = await run(engine, request, { egress: `${scheme}://${proxy.on.host}` });
      expect(result.message).toBeUndefined();
      expect(result.phases?.tls).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each(['http', 'socks5'])('(%s) that is not there is ours', async (scheme) => {
    const port = await closedPort();
    const result = await run(engine, { url: 'http://shop.example/' }, { egress: `${scheme}://127.0.0.1:${port}` });
    expect(result).toMatchObject({ outcome: 'broken', reason: 'proxy', phase: 'connect' });
    expect(result.message).toContain(`127.0.0.1:${port}`);
  });

  test.each(['http', 'socks5'])('(%s) that hangs is ours', async (scheme) => {
    await using proxy: Listening = await listening(createListener((socket) => socket.resume()));
    const trial = { egress: `${scheme}://${proxy.host}`, timeoutMs: 150 };
    const result = await run(engine, { url: 'http://shop.example/' }, trial);
    expect(result).toMatchObject({ outcome: 'broken', reason: 'proxy', phase: 'connect' });
    await vi.waitFor(() => expect(proxy.open()).toBe(0));
  });

  test('that makes a tunnel and cuts it leaves the target to blame', async () => {
    await using proxy = await listening(
      createListener((socket) => {
        socket.on('error', () => {});
        socket.once('data', () =>
          socket.write('HTTP/1.1 200 OK\r\n\r\n', () => socket.once('data', () => socket.resetAndDestroy())),
        );
      }),
    );
    const result = await run(engine, { url: 'http://shop.example/' }, { egress: proxy.url });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'reset', phase: 'processing' });
    expect(result.message).toContain('shop.example:80');
  });
});
