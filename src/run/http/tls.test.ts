import { utimes } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { authority, certificate, fileOf, fromToday, type Pair, removeFiles, trust } from './certificates.fixture.ts';
import { createHttpEngine } from './engine.ts';
import { listening, run } from './trial.fixture.ts';

const engine = createHttpEngine();
const { root, good, ca } = await trust();
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  removeFiles();
});

const secureServer = (pair: Pair, act: (socket: TLSSocket) => void = () => {}) =>
  listening(
    createServer(pair, (request, response) => {
      act(request.socket as TLSSocket);
      response.end('milk');
    }),
  );

describe('over https a run', () => {
  test('checks the certificate, and tells the handshake and the expiry', async () => {
    await using server = await secureServer(good);
    const result = await run(engine, { url: `https://${server.host}/`, tls: { ca } });
    expect(result).toMatchObject({ outcome: 'pass', status: 200, version: '1.1' });
    expect(Object.keys(result.phases ?? {})).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
    expect(Math.abs((result.certificateExpiresAt ?? 0) - fromToday(90).getTime())).toBeLessThan(60_000);
  });

  test('shakes hands in full every time', async () => {
    const reused: boolean[] = [];
    await using server = await secureServer(good, (socket) => reused.push(socket.isSessionReused()));
    for (let i = 0; i < 3; i++) await run(engine, { url: `https://${server.host}/`, tls: { ca } });
    expect(reused).toEqual([false, false, false]);
    expect(server.taken()).toBe(3);
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('tells the first expiry of the whole chain that is shown', async () => {
    const between = await authority('between', 20, root);
    const leaf = await certificate(between, [-1, 90]);
    await using server = await secureServer({ key: leaf.key, cert: `${leaf.cert}\n${between.cert}` });
    const result = await run(engine, { url: `https://${server.host}/`, tls: { ca } });
    expect(result.outcome).toBe('pass');
    expect(Math.abs((result.certificateExpiresAt ?? 0) - fromToday(20).getTime())).toBeLessThan(60_000);
  });

  test('whose certificate is bad asks nothing, and still tells the expiry', async () => {
    const asked = vi.fn();
    await using server = await secureServer(await certificate(root, [-30, -1]), asked);
    const result = await run(engine, { url: `https://${server.host}/`, tls: { ca } });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'certificate', phase: 'tls' });
    expect(Math.abs((result.certificateExpiresAt ?? 0) - fromToday(-1).getTime())).toBeLessThan(60_000);
    expect(asked).not.toHaveBeenCalled();
  });

  test('trusts no authority of its own making by default', async () => {
    await using server = await secureServer(good);
    expect(await run(engine, { url: `https://${server.host}/` })).toMatchObject({
      outcome: 'fail',
      reason: 'certificate',
    });
  });

  test('shows its client certificate where it is asked for, and to no other origin', async () => {
    const client = await certificate(root, [-1, 9], 'vedette');
    const shown: string[] = [];
    const demanding = (act: (socket: TLSSocket) => { location: string } | undefined) =>
      listening(
        createServer({ ...good, ca: root.cert, requestCert: true, rejectUnauthorized: false }, (request, response) => {
          const headers = act(request.socket as TLSSocket);
          response.writeHead(headers === undefined ? 200 : 302, headers).end();
        }),
      );
    const note = (socket: TLSSocket) => {
      const { subject } = socket.getPeerCertificate();
      shown.push(String(subject?.CN));
    };
    await using elsewhere = await demanding((socket) => void note(socket) as undefined);
    await using home = await demanding((socket) => {
      note(socket);
      return { location: `https://${elsewhere.host}/` };
    });
    const tls = { ca, cert: fileOf('client.pem', client.cert), key: fileOf('client.key', client.key) };
    expect((await run(engine, { url: `https://${home.host}/`, tls })).message).toBeUndefined();
    expect(shown).toEqual(['vedette', 'undefined']);
  });

  test('takes up a new file without a restart', async () => {
    await using server = await secureServer(good);
    const rotating = fileOf('rotating.pem', (await authority('before', 9)).cert);
    const tls = { ca: rotating };
    expect((await run(engine, { url: `https://${server.host}/`, tls })).reason).toBe('certificate');
    fileOf('rotating.pem', root.cert);
    await utimes(rotating, new Date(), new Date(Date.now() + 5_000));
    expect((await run(engine, { url: `https://${server.host}/`, tls })).outcome).toBe('pass');
  });

  test('whose files are missing or odd is broken, and says which', async () => {
    const missing = await run(engine, { url: 'https://127.0.0.1:9/', tls: { ca: '/nowhere/none.pem' } });
    // Nothing listens there: the files are looked at first.
    expect(missing).toMatchObject({ outcome: 'broken', reason: 'vantage' });
    expect(missing.message).toContain('none.pem');
    const odd = { cert: ca, key: fileOf('odd.key', 'no key') };
    const result = await run(engine, { url: 'https://127.0.0.1:9/', tls: odd });
    expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage' });
    expect(result.message).toContain('odd.key');
  });
});

describe('HTTP/2', () => {
  const server2 = (pair: Pair) =>
    listening(
      createSecureServer({ ...pair, allowHTTP1: true }, (request, response) => {
        response.setHeader('x-version', request.httpVersion);
        response.end('milk');
      }),
    );

  test('is spoken where the probe wants it, and told', async () => {
    await using server = await server2(good);
    const trial = { expect: { body: { contains: ['milk'] }, header: { 'x-version': { equals: '2.0' } } } };
    const request = { url: `https://${server.host}/`, tls: { ca }, http2: true };
    const result = await run(engine, request, trial);
    expect(result).toMatchObject({ outcome: 'pass', version: '2', status: 200, bytes: 4 });
    expect(result.phases?.processing).toBeGreaterThan(0);
    expect(await run(engine, { ...request, http2: false })).toMatchObject({ outcome: 'pass', version: '1.1' });
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('sends a body, and 1.1 is spoken where the server knows no other', async () => {
    await using server = await server2(good);
    const request = { url: `https://${server.host}/`, tls: { ca }, http2: true, method: 'POST', body: 'milk' };
    expect(await run(engine, request)).toMatchObject({ outcome: 'pass', version: '2' });
    await using old = await secureServer(good);
    expect(await run(engine, { ...request, url: `https://${old.host}/` })).toMatchObject({ version: '1.1' });
  });
});
