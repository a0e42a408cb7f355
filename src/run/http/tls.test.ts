import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import { createServer as createListener } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHttpEngine } from './engine.ts';
import { answer, listening, run, serve } from './trial.fixture.ts';

const dayMs = 86_400_000;
const fromToday = (days: number) => new Date(Date.now() + days * dayMs);

interface Pair {
  readonly key: string;
  readonly cert: string;
}

async function authority(name: string, days: number, ca?: Pair): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: fromToday(-100),
    notAfterDate: fromToday(days),
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function certificate(ca: Pair, days: readonly [number, number], host = 'localhost'): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: fromToday(days[0]),
    notAfterDate: fromToday(days[1]),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: [{ type: 2, value: host }, ...(host === 'localhost' ? [{ type: 7, ip: '127.0.0.1' } as const] : [])],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

const engine = createHttpEngine();
let folder: string;
let root: Pair;
let good: Pair;
let ca: string;
const path = async (name: string, text: string) => {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vedette-tls-'));
  root = await authority('root', 365);
  good = await certificate(root, [-1, 90]);
  ca = await path('ca.pem', root.cert);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
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

  test('with too few days left is degraded, and says how many', async () => {
    const soon = await certificate(root, [-60, 5]);
    await using server = await secureServer(soon);
    const trial = { expect: { certificateDays: 14 } };
    const result = await run(engine, { url: `https://${server.host}/`, tls: { ca } }, trial);
    expect(result).toMatchObject({ outcome: 'degraded', reason: 'certificate', status: 200 });
    expect(result.message).toMatch(/expires in [45] days, on \d{4}-\d\d-\d\d; expected at least 14 days$/);
  });

  test.each([
    ['has expired', async () => ({ pair: await certificate(root, [-30, -1]) }), /expired on \d{4}-\d\d-\d\d/],
    ['is not valid yet', async () => ({ pair: await certificate(root, [2, 9]) }), /valid only from/],
    [
      'is for another host',
      async () => ({ pair: await certificate(root, [-1, 9], 'bakery.example') }),
      /another host.*bakery/,
    ],
    [
      'is of an unknown issuer',
      async () => ({ pair: good, trusts: (await authority('other', 9)).cert }),
      /issuer|intermediate/,
    ],
  ])('whose certificate %s fails, asks nothing, and still tells the expiry', async (_name, make, message) => {
    const { pair, trusts }: { pair: Pair; trusts?: string } = await make();
    const asked = vi.fn();
    await using server = await secureServer(pair, asked);
    const tls = { ca: trusts === undefined ? ca : await path('other.pem', trusts) };
    const result = await run(engine, { url: `https://${server.host}/`, tls });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'certificate', phase: 'tls' });
    expect(result.message).toMatch(message);
    expect(result.message).toContain(server.host);
    expect(result.certificateExpiresAt).toBeGreaterThan(0);
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
    const tls = { ca, cert: await path('client.pem', client.cert), key: await path('client.key', client.key) };
    expect((await run(engine, { url: `https://${home.host}/`, tls })).message).toBeUndefined();
    expect(shown).toEqual(['vedette', 'undefined']);
  });

  test('takes up a new file without a restart', async () => {
    await using server = await secureServer(good);
    const rotating = await path('rotating.pem', (await authority('before', 9)).cert);
    const tls = { ca: rotating };
    expect((await run(engine, { url: `https://${server.host}/`, tls })).reason).toBe('certificate');
    await writeFile(rotating, root.cert);
    await utimes(rotating, new Date(), new Date(Date.now() + 5_000));
    expect((await run(engine, { url: `https://${server.host}/`, tls })).outcome).toBe('pass');
  });

  test('whose files are missing or odd is broken, and says which', async () => {
    const missing = await run(engine, { url: 'https://127.0.0.1:9/', tls: { ca: join(folder, 'none.pem') } });
    // Nothing listens there: the files are looked at first.
    expect(missing).toMatchObject({ outcome: 'broken', reason: 'vantage' });
    expect(missing.message).toContain('none.pem');
    const odd = { cert: ca, key: await path('odd.key', 'no key') };
    const result = await run(engine, { url: 'https://127.0.0.1:9/', tls: odd });
    expect(result).toMatchObject({ outcome: 'broken', reason: 'vantage' });
    expect(result.message).toContain('odd.key');
  });
});

describe('a handshake', () => {
  test('with a server that speaks no TLS fails as tls', async () => {
    await using server = await serve((_request, response) => response.end());
    const result = await run(engine, { url: `https://${server.host}/`, tls: { ca } });
    expect(result).toMatchObject({ outcome: 'fail', reason: 'tls', phase: 'tls' });
    expect(result.message).toContain(server.host);
  });

  test('that is reset, closed or never answered says so', async () => {
    await using resets = await answer((socket) => socket.resetAndDestroy());
    await using closes = await answer((socket) => socket.end());
    await using hangs = await listening(createListener((socket) => socket.resume()));
    const url = (host: string) => ({ url: `https://${host}/` });
    expect(await run(engine, url(resets.host))).toMatchObject({ reason: 'reset', phase: 'tls', outcome: 'fail' });
    expect(await run(engine, url(closes.host))).toMatchObject({ reason: 'reset', phase: 'tls', outcome: 'fail' });
    const late = await run(engine, url(hangs.host), { timeoutMs: 150 });
    expect(late).toMatchObject({ reason: 'timeout', phase: 'tls', outcome: 'fail' });
    await vi.waitFor(() => expect(hangs.open()).toBe(0));
  });

  test('without a certificate that the server demands fails as tls', async () => {
    await using server = await listening(
      createServer({ ...good, ca: root.cert, requestCert: true, rejectUnauthorized: true }, (_q, response) =>
        response.end(),
      ),
    );
    const result = await run(engine, { url: `https://${server.host}/`, tls: { ca } });
    expect(result).toMatchObject({ outcome: 'fail' });
    expect(['tls', 'reset']).toContain(result.reason);
  });
});

describe('HTTP/2', () => {
  const server2 = (pair: Pair) =>
    listening(
      createSecureServer({ ...pair, allowHTTP1: true }, (request, response) => {
        if (request.url === '/stall') return;
        if (request.url === '/cancel')
          return void (response as unknown as { stream: { close(code: number): void } }).stream.close(8);
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

  test('that stalls or is cancelled fails like any other answer', async () => {
    await using server = await server2(good);
    const url = (at: string) => ({ url: `https://${server.host}${at}`, tls: { ca }, http2: true });
    expect(await run(engine, url('/stall'), { timeoutMs: 300 })).toMatchObject({
      reason: 'timeout',
      phase: 'processing',
    });
    expect(await run(engine, url('/cancel'))).toMatchObject({ outcome: 'fail', reason: 'reset' });
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });
});
