import { createServer as createListener, type Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { createHttpEngine } from './engine.ts';
import { answer, answerWith, closedPort, listening, run, serve } from './trial.fixture.ts';

const engine = createHttpEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const head = 'HTTP/1.1 200 OK\r\n';

describe('a connection that does not come about', () => {
  test('is a failure to connect that names host and port', async () => {
    const port = await closedPort();
    const result = await run(engine, { url: `http://127.0.0.1:${port}/` });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'connect', phase: 'connect' });
    expect(result.message).toBe(`connection refused by 127.0.0.1:${port}`);
    expect(result.ip).toBeUndefined();
  });

  test('because packets vanish hangs in connect', async () => {
    // TEST-NET-1 (RFC 5737) is nowhere. Where there is no route to it either, the system says so at once.
    const result = await run(engine, { url: 'http://192.0.2.1/' }, { timeoutMs: 200 });
    expect(result).toMatchObject({ outcome: 'fail', phase: 'connect' });
    expect(['timeout', 'connect']).toContain(result.reason);
  });

  test('because the name has no address is a failure of dns', async () => {
    const result = await run(engine, { url: 'http://no-such-host.invalid/' });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'dns', phase: 'resolve' });
    expect(result.message).toContain('no-such-host.invalid');
  });
});

const misbehaviours: readonly (readonly [name: string, act: (socket: Socket) => unknown, wanted: object])[] = [
  ['resets instead of answering', (socket) => socket.resetAndDestroy(), { reason: 'reset', phase: 'processing' }],
  ['closes instead of answering', (socket) => socket.end(), { reason: 'reset', phase: 'processing' }],
  [
    'closes within its headers',
    (socket) => socket.end(`${head}content-type: te`),
    { reason: 'reset', phase: 'transfer' },
  ],
  [
    'resets within its body',
    (socket) =>
      socket.write(`${head}content-length: 9\r\n\r\nmil`, () => setTimeout(() => socket.resetAndDestroy(), 20)),
    { reason: 'reset', phase: 'transfer' },
  ],
  ['sends less than it promised', (socket) => socket.end(`${head}content-length: 9\r\n\r\nmilk`), { reason: 'reset' }],
  [
    'closes within its chunks',
    (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n`),
    { reason: 'reset' },
  ],
  [
    'closes within its chunks, as it said it would',
    (socket) => socket.end(`${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n`),
    { reason: 'reset' },
  ],
  ['does not speak HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'), { reason: 'protocol' }],
  [
    'sends a chunk of no size',
    (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\nmilk\r\n`),
    { reason: 'protocol' },
  ],
  ['sends a broken header', (socket) => socket.end(`${head}no colon here\r\n\r\n`), { reason: 'protocol' }],
  [
    'sends two lengths',
    (socket) => socket.end(`${head}content-length: 4\r\ncontent-length: 5\r\n\r\nmilk`),
    { reason: 'protocol' },
  ],
  [
    'switches protocols unasked',
    (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tea\r\n\r\n'),
    { reason: 'protocol' },
  ],
  ['sends headers without end', (socket) => socket.end(`${head}x: ${'a'.repeat(70_000)}\r\n\r\n`), { reason: 'size' }],
  [
    'promises a body beyond the bound',
    (socket) => socket.write(`${head}content-length: 9999999\r\n\r\n`),
    { reason: 'size' },
  ],
  [
    'sends a body beyond the bound',
    (socket) => socket.end(`${head}\r\n${'a'.repeat(1024 * 1024 + 1)}`),
    { reason: 'size', phase: 'transfer' },
  ],
];

describe('a server that', () => {
  test.each(misbehaviours)('%s fails with its reason', async (_name, act, wanted) => {
    await using server = await answer(act);
    const result = await run(engine, { url: server.url }, { timeoutMs: 5_000 });
    expect(result).toMatchObject({ outcome: 'fail', ...wanted });
    expect(result.message).not.toBe('');
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test.each([
    ['never answers', () => {}, 'processing', 'no answer from HOST within 200ms'],
    [
      'stalls within its headers',
      (socket: Socket) => socket.write(head),
      'transfer',
      'no end of the answer from HOST within 200ms',
    ],
    [
      'stalls within its body',
      (socket: Socket) => socket.write(`${head}content-length: 9\r\n\r\nmil`),
      'transfer',
      'no end of the answer from HOST within 200ms',
    ],
    ['drips without end', drip, 'transfer', 'no end of the answer from HOST within 200ms'],
  ])('%s runs into the deadline, in its phase', async (_name, act, phase, message) => {
    await using server = await answer(act);
    const result = await run(engine, { url: server.url }, { timeoutMs: 200 });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'timeout', phase });
    expect(result.message).toBe(message.replace('HOST', server.host));
    expect(result.durationMs).toBeGreaterThanOrEqual(190);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('speaks HTTP/1.0 without a length is understood, and told', async () => {
    await using server = await answerWith('HTTP/1.0 200 OK\r\n\r\nmilk');
    expect(await run(engine, { url: server.url })).toMatchObject({ outcome: 'pass', version: '1.0', bytes: 4 });
  });

  test('names a length for what it does not send is understood', async () => {
    await using server = await answerWith(`${head}content-length: 9999999\r\n\r\n`);
    expect(await run(engine, { url: server.url, method: 'HEAD' })).toMatchObject({ outcome: 'pass', bytes: 0 });
  });

  test('breaks off has its status told all the same', async () => {
    await using server = await answerWith('HTTP/1.1 503 Busy\r\ncontent-length: 9\r\n\r\n');
    expect(await run(engine, { url: server.url })).toMatchObject({ reason: 'reset', status: 503, version: '1.1' });
  });

  test('sends hints before its answer is waited for', async () => {
    await using server = await answerWith(
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${head}content-length: 4\r\n\r\nmilk`,
    );
    expect(await run(engine, { url: server.url })).toMatchObject({ outcome: 'pass', status: 200, bytes: 4 });
  });

  test('speaks before it is asked is no HTTP server', async () => {
    await using server = await listening(createListener((socket) => socket.write('220 mail.example ESMTP\r\n')));
    const result = await run(engine, { url: server.url }, { timeoutMs: 1_000 });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'protocol' });
  });
});

function drip(socket: Socket) {
  socket.write(`${head}\r\n`);
  const timer = setInterval(() => socket.write('a'), 20);
  socket.once('close', () => clearInterval(timer));
}

describe('a body that is encoded', () => {
  const milk = Buffer.from('milk'.repeat(100));
  test.each([
    ['gzip', gzipSync(milk)],
    ['br', brotliCompressSync(milk)],
    ['deflate', deflateSync(milk)],
    ['deflate', deflateRawSync(milk)],
    ['zstd', zstdCompressSync(milk)],
    ['gzip, br', brotliCompressSync(gzipSync(milk))],
    ['identity', milk],
  ])('as %s is read', async (encoding, body) => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    const trial = { expect: { body: { contains: ['milkmilk'] } } };
    expect(await run(engine, { url: server.url }, trial)).toMatchObject({ outcome: 'pass', bytes: 400 });
  });

  test.each([
    ['gzip', Buffer.from('not gzip at all'), 'encoding'],
    ['gzip', gzipSync(milk).subarray(0, 20), 'encoding'],
    ['made-up', milk, 'encoding'],
    ['gzip, gzip, gzip, gzip, gzip', milk, 'encoding'],
    ['gzip', gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'size'],
    ['br', brotliCompressSync(Buffer.alloc(8 * 1024 * 1024)), 'size'],
    ['zstd', zstdCompressSync(Buffer.alloc(8 * 1024 * 1024)), 'size'],
  ])('as %s and wrong, case %#, fails within the bound', async (encoding, body, reason) => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    expect(await run(engine, { url: server.url })).toMatchObject({ outcome: 'fail', reason });
  });

  test('in name only, without a body, is no fault', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end();
    });
    expect(await run(engine, { url: server.url, method: 'HEAD' })).toMatchObject({ outcome: 'pass', bytes: 0 });
  });
});
