/**
 * The property that a run always ends well, whatever a server sends: in time, with one valid result that blames
 * nobody for what the server did, and with no connection left.
 */
import { createServer, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { createServer as createTls } from 'node:tls';
import fc from 'fast-check';
import { decodeEntry, encodeEntry } from '../../result/codec.ts';
import type { Reason, Result } from '../../result/result.ts';
import type { Engine } from '../engine.ts';
import { trust } from './certificates.fixture.ts';
import { createHttpEngine } from './engine.ts';
import { anyStream, type Stream } from './fuzz-streams.fixture.ts';
import { type Listening, listening, run, type Trial } from './trial.fixture.ts';

/** What each run may take, and by how much it may be late, milliseconds. */
const timeoutMs = 150;
const marginMs = 250;
/** What a process that stood still may add: a busy machine is no fault of a run. */
const stillMsMax = 2_000;
/** Longest wait for connections to end, milliseconds. */
const closingMs = 2_000;
/** Longest search for the smallest case of a failure, milliseconds. */
const shrinkMsMax = 60_000;

/** What is ours although a server did it: its place was a proxy's. */
const allowed: Readonly<Record<Stream['way'], readonly Reason[]>> = {
  http: [],
  tls: [],
  h2: [],
  proxy: ['proxy'],
  socks: ['proxy'],
};

/** Listeners that send one stream at a time. */
interface Lane extends AsyncDisposable {
  send(engine: Engine, stream: Stream): Promise<Result>;
  open(): number;
}

async function laneOf(): Promise<Lane> {
  let stream: Stream | undefined;
  const play = (socket: Socket) => {
    socket.on('error', () => {}).on('data', () => {});
    const it = stream;
    if (it === undefined) return void socket.destroy();
    if (it.waits) socket.once('data', () => void sendAll(socket, it));
    else void sendAll(socket, it);
  };
  const { good, ca } = await trust();
  const plain = await listening(createServer(play));
  const h2 = await listening(createTls({ ...good, ALPNProtocols: ['h2'] }, play));
  return {
    open: () => plain.open() + h2.open(),
    send(engine, it) {
      stream = it;
      return run(engine, { ...requestOf(it, plain, h2), tls: { ca } }, trialOf(it, plain));
    },
    async [Symbol.asyncDispose]() {
      await plain[Symbol.asyncDispose]();
      await h2[Symbol.asyncDispose]();
    },
  };
}

function requestOf({ way, method, follows }: Stream, plain: Listening, h2: Listening) {
  const url = { tls: `https://${plain.host}/`, h2: `https://${h2.host}/` }[way as 'tls'] ?? `${plain.url}/`;
  return {
    url,
    method,
    http2: way === 'h2',
    redirects: follows ? 10 : 0,
    ...(method === 'POST' ? { body: 'milk'.repeat(2_000) } : {}),
  };
}

function trialOf({ way, expects }: Stream, plain: Listening): Trial {
  const expect = expects ? { json: { '$.items.length()': { atLeast: 1 } } } : {};
  const scheme = { proxy: 'http', socks: 'socks5' }[way as 'proxy'];
  return { timeoutMs, expect, ...(scheme === undefined ? {} : { egress: `${scheme}://${plain.host}` }) };
}

async function sendAll(socket: Socket, { pieces, end }: Stream): Promise<void> {
  for (const piece of pieces) {
    if (!socket.writable) return;
    socket.write(piece);
    await turn();
  }
  if (end === 'close') socket.end();
  if (end !== 'reset') return;
  // Node resets no connection within TLS.
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

/** What is wrong with a result; nothing where it is as it must be. */
function faultOf(stream: Stream, result: Result, stillMs: number): string | undefined {
  const late = result.durationMs - timeoutMs - marginMs - Math.min(stillMs, stillMsMax);
  if (late > 0)
    return `it ended ${Math.round(late)} ms too late (the process stood still for ${Math.round(stillMs)} ms)`;
  const read = decodeEntry(encodeEntry({ type: 'result', result }));
  if ('fault' in read) return `its result is not valid: ${read.fault}`;
  const { outcome, reason, message = '' } = result;
  if (outcome === 'broken' && !(reason !== undefined && allowed[stream.way].includes(reason))) {
    return `it is broken/${reason} for what the server did: ${message}`;
  }
  if (outcome !== 'pass' && message === '') return 'it failed and does not say why';
  return undefined;
}

/**
 * Sends streams at the same time, each in a lane of its own, and says what came of each.
 * @throws where a run did not end as it must
 */
async function sendBatch(engine: Engine, lanes: readonly Lane[], batch: readonly Stream[]): Promise<string[]> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const results = await Promise.all(batch.flatMap((stream, at) => lanes[at]?.send(engine, stream) ?? []));
  delay.disable();
  const kinds = batch.map((stream, at) => {
    const result = results[at];
    const fault = result === undefined ? 'there is no result' : faultOf(stream, result, delay.max / 1e6);
    if (fault !== undefined) throw new Error(`stream ${at} (${stream.way}): ${fault}`);
    return [result?.outcome, result?.reason].filter((word) => word !== undefined).join('/');
  });
  const open = () => lanes.reduce((sum, lane) => sum + lane.open(), 0);
  for (let waited = 0; open() > 0 && waited < closingMs; waited += 5) await sleep(5);
  if (open() > 0) throw new Error(`${open()} connections are left`);
  return kinds;
}

/** How a trial is to be done. */
export interface Fuzz {
  readonly streams: number;
  /** Streams at a time. */
  readonly lanes: number;
  readonly seed?: number;
  /** Told now and then how many are done. */
  readonly progress?: (done: number) => void;
}

/** What came of it. */
export interface Fuzzed {
  readonly streams: number;
  /** How often each outcome and reason came. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/**
 * Sends random streams, so many at a time.
 * @throws an error with the seed and the smallest streams that break the property
 */
export async function fuzz({ streams, lanes, seed, progress }: Fuzz): Promise<Fuzzed> {
  const outcomes: Record<string, number> = {};
  let done = 0;
  await using engine = createHttpEngine();
  const all = await Promise.all(Array.from({ length: lanes }, laneOf));
  try {
    let failedAt: number | undefined;
    const property = fc.asyncProperty(
      // Of any length, so that what is told of a failure shrinks to the one stream that matters.
      fc.array(anyStream, { minLength: 1, maxLength: lanes, size: 'max' }),
      async (batch) => {
        if (failedAt !== undefined && performance.now() - failedAt > shrinkMsMax) return;
        try {
          for (const kind of await sendBatch(engine, all, batch)) outcomes[kind] = (outcomes[kind] ?? 0) + 1;
        } catch (thrown) {
          failedAt ??= performance.now();
          throw thrown;
        }
        done += batch.length;
        progress?.(done);
      },
    );
    let next = seed ?? Date.now();
    while (done < streams) {
      // Half of the lanes are in use on average.
      await fc.assert(property, { numRuns: Math.ceil((2 * (streams - done)) / lanes), seed: next++ });
    }
  } finally {
    for (const lane of all) await lane[Symbol.asyncDispose]();
  }
  return { streams: done, outcomes };
}
