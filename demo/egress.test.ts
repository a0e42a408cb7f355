import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEgress } from './egress.ts';
import { host, portsInUse } from './ports.ts';

let stack: AsyncDisposableStack;
let target: Server;
let targetPort: number;
let egressPort: number;
let cut = false;

beforeEach(async () => {
  cut = false;
  stack = new AsyncDisposableStack();
  target = createServer((asked, answer) => {
    answer.setHeader('x-saw', JSON.stringify(asked.headers));
    void text(asked).then((body) => answer.end(`${asked.method} ${asked.url} ${body}`));
  });
  await new Promise<void>((resolve) => target.listen(0, host, resolve));
  stack.defer(() => void target.close());
  targetPort = (target.address() as AddressInfo).port;
  // A port that was free a moment ago.
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, host, resolve));
  egressPort = (probe.address() as AddressInfo).port;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  stack.use(await startEgress({ name: 'test', port: egressPort, cut: (to) => cut && to === `${host}:${targetPort}` }));
});
afterEach(() => stack.disposeAsync());

/** Opens a tunnel; what came back, and the code with which it ended if it did not end well. */
function tunnel(to: string, say: string): Promise<{ got: string; code: string | undefined }> {
  return new Promise((resolve) => {
    let got = '';
    let code: string | undefined;
    const socket = connect({ host, port: egressPort }, () =>
      socket.write(`CONNECT ${to} HTTP/1.1\r\nhost: ${to}\r\n\r\n`),
    );
    socket.on('data', (chunk: Buffer) => {
      if (got === '') socket.write(say);
      got += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code;
    });
    socket.on('close', () => resolve({ got, code }));
  });
}

const lastWords = 'GET /inside HTTP/1.1\r\nhost: target\r\nconnection: close\r\n\r\n';

describe('an egress', () => {
  test('forwards a request with its body, and keeps its own headers to itself', async () => {
    const { body, saw } = await new Promise<{ body: string; saw: string }>((resolve, reject) => {
      const path = `http://${host}:${targetPort}/a?b=c`;
      const headers = { 'proxy-connection': 'keep-alive', 'x-mine': 'yes' };
      request({ host, port: egressPort, path, method: 'POST', headers, agent: false }, (answer) => {
        void text(answer).then((read) => resolve({ body: read, saw: String(answer.headers['x-saw']) }));
      })
        .on('error', reject)
        .end('hello');
    });
    expect(body).toBe('POST /a?b=c hello');
    expect(JSON.parse(saw)).toMatchObject({ 'x-mine': 'yes' });
    expect(saw).not.toContain('proxy-connection');
  });

  test('tunnels', async () => {
    const { got } = await tunnel(`${host}:${targetPort}`, lastWords);
    expect(got).toMatch(/^HTTP\/1\.1 200 [\s\S]*GET \/inside/);
  });

  test('resets what the network cuts, tunnelled or not', async () => {
    cut = true;
    const { got, code } = await tunnel(`${host}:${targetPort}`, lastWords);
    expect([got.includes('GET /inside'), code]).toEqual([false, 'ECONNRESET']);
    const forwarded = await new Promise((resolve) => {
      request({ host, port: egressPort, path: `http://${host}:${targetPort}/`, agent: false })
        .on('response', () => resolve('answered'))
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        .end();
    });
    expect(forwarded).toBe('ECONNRESET');
  });

  test('says that the target refused, so that the proxy is not blamed', async () => {
    await new Promise<void>((resolve) => target.close(() => resolve()));
    const { got } = await tunnel(`${host}:${targetPort}`, '');
    expect(got).toMatch(/^HTTP\/1\.1 502 [\s\S]*proxy-status: test; error=connection_refused/);
  });

  test('frees its port when it ends, with tunnels open', async () => {
    const socket = connect({ host, port: egressPort });
    socket.on('error', () => {});
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write(`CONNECT ${host}:${targetPort} HTTP/1.1\r\n\r\n`);
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    await stack.disposeAsync();
    expect(await portsInUse([egressPort])).toEqual([]);
    stack = new AsyncDisposableStack();
  });
});
