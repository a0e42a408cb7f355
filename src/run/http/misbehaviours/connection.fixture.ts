/**
 * Connections that do not come about, end where they must not, or stand still.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { answer, listening, refusingPort } from '../trial.fixture.ts';
import { does, drip, fail, head, type Ready, type Row, rowOf } from './row.fixture.ts';

const short = { trial: { timeoutMs: 250 } };

/** A port at which nobody listens, under a name or address of this machine. */
async function nobody(name: string, family?: 4 | 6): Promise<Ready> {
  const refusing = await refusingPort();
  const { port } = refusing;
  return {
    request: { url: `http://${name}:${port}/`, ...(family === undefined ? {} : { family }) },
    host: `${name}:${port}`,
    [Symbol.asyncDispose]: () => refusing[Symbol.asyncDispose](),
  };
}

/** A listener that is stopped and whose queue is full: the system lets further SYNs fall. */
export async function silentPort(address = '127.0.0.1'): Promise<{ port: number } & AsyncDisposable> {
  const script = `const s = require('net').createServer(); s.listen({ host: '${address}', port: 0, backlog: 1 }, () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const fillers = Array.from({ length: 6 }, () => connect({ host: address, port }).on('error', () => {}));
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of fillers) socket.destroy();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

export const connectionRows: readonly Row[] = [
  {
    name: 'nobody listens',
    start: () => nobody('127.0.0.1'),
    wanted: fail('connect', 'connect', 'connection refused by HOST'),
  },
  {
    name: 'nobody listens, on no address of the name',
    start: () => nobody('localhost'),
    wanted: fail('connect', 'connect', 'connection refused by HOST', 'tried', '127.0.0.1: refused'),
  },
  {
    name: 'nobody listens in the one family asked for',
    start: () => nobody('localhost', 4),
    wanted: fail('connect', 'connect', 'connection refused by HOST', 'the probe asks for IPv4 alone'),
  },
  {
    name: 'an address that is not of the family asked for',
    start: () => nobody('127.0.0.1', 6),
    wanted: fail('dns', 'resolve', '127.0.0.1 is no address of IPv6'),
  },
  {
    name: 'the first packets are lost',
    async start() {
      const silent = await silentPort();
      return {
        request: { url: `http://127.0.0.1:${silent.port}/` },
        trial: { timeoutMs: 250 },
        host: `127.0.0.1:${silent.port}`,
        [Symbol.asyncDispose]: () => silent[Symbol.asyncDispose](),
      };
    },
    wanted: fail('timeout', 'connect', 'no connection to HOST within 250ms', 'nothing came back from 127.0.0.1'),
  },
  rowOf(
    'resets as soon as it is connected',
    () => listening(createServer((socket) => socket.resetAndDestroy())),
    // The system may tell of it while it still connects.
    fail('reset', undefined, 'connection reset by HOST'),
  ),
  does(
    'resets when it is asked',
    (socket) => socket.resetAndDestroy(),
    fail('reset', 'processing', 'connection reset by HOST before it sent an answer'),
  ),
  rowOf(
    'resets while the request is still sent',
    () => listening(createServer((socket) => void socket.once('data', () => socket.resetAndDestroy()))),
    fail('reset', 'processing', 'HOST', 'before it sent an answer'),
    { request: { method: 'POST', body: 'milk'.repeat(200_000) } },
  ),
  does(
    'closes when it is asked',
    (socket) => socket.end(),
    fail('reset', 'processing', 'HOST closed the connection before it sent an answer'),
  ),
  does(
    'closes within its headers',
    (socket) => socket.end(`${head}content-type: te`),
    fail('reset', 'transfer', 'HOST closed the connection within its answer', 'its headers are not complete'),
  ),
  does(
    'resets within its body',
    (socket) =>
      socket.write(`${head}content-length: 9\r\n\r\nmil`, () => setTimeout(() => socket.resetAndDestroy(), 20)),
    fail('reset', 'transfer', 'connection reset by HOST within its answer', '3 of 9 bytes'),
  ),
  does(
    'resets within a body that ends where the connection does',
    (socket) => socket.write(`${head}\r\nmil`, () => setTimeout(() => socket.resetAndDestroy(), 20)),
    fail('reset', 'transfer', 'connection reset by HOST within its answer', '3 bytes'),
  ),
  does(
    'resets within its chunks',
    (socket) =>
      socket.write(`${head}transfer-encoding: chunked\r\n\r\n4\r\nmilk\r\n`, () =>
        setTimeout(() => socket.resetAndDestroy(), 20),
      ),
    fail('reset', 'transfer', 'connection reset by HOST within its answer', '4 bytes of the body came, and no end'),
  ),
  does(
    'never answers',
    () => {},
    fail('timeout', 'processing', 'no answer from HOST within 250ms', 'the request was sent'),
    short,
  ),
  does(
    'answers later than the time allows',
    (socket) => {
      const timer = setTimeout(() => socket.end(`${head}content-length: 4\r\n\r\nmilk`), 3_000);
      socket.once('close', () => clearTimeout(timer));
    },
    fail('timeout', 'processing', 'no answer from HOST within 250ms'),
    short,
  ),
  does(
    'stalls within its headers',
    (socket) => socket.write(head),
    fail('timeout', 'transfer', 'no end of the answer from HOST within 250ms', 'nothing of its body'),
    short,
  ),
  does(
    'drips its headers',
    (socket) => {
      socket.write(`${head}x-slow: `);
      drip(socket, 'a');
    },
    fail('timeout', 'transfer', 'no end of the answer from HOST within 250ms'),
    short,
  ),
  does(
    'stalls within its body',
    (socket) => socket.write(`${head}content-length: 9\r\n\r\nmil`),
    fail('timeout', 'transfer', 'no end of the answer from HOST within 250ms', 'stopped', 'after 3 bytes'),
    short,
  ),
  does(
    'drips its body without end',
    (socket) => {
      socket.write(`${head}\r\n`);
      drip(socket, 'a');
    },
    fail('timeout', 'transfer', 'no end of the answer from HOST within 500ms', 'a slow drip'),
    { trial: { timeoutMs: 500 } },
  ),
  rowOf(
    'hints, and then says nothing',
    () => answer((socket) => socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')),
    fail('timeout', 'processing', 'no answer from HOST within 250ms'),
    short,
  ),
];
