/**
 * What the http engine's tests share: checks of one request, servers that behave and servers that do not.
 */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer as createListener, isIP, type Server, type Socket } from 'node:net';
import type { HttpExpect, HttpProbe, HttpRequest, Landscape, System } from '../../probe/definition.ts';
import type { Result } from '../../result/result.ts';
import type { Engine, Surroundings } from '../engine.ts';

/** What a test says of its check beside the request. */
export interface Trial {
  readonly timeoutMs?: number;
  readonly slowMs?: number;
  readonly expect?: Partial<HttpExpect>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly egress?: string;
  readonly systems?: Readonly<Record<string, Partial<System>>>;
}

/** A probe of one request. */
export function probeOf(request: Partial<HttpRequest> & { url: string }, trial: Trial = {}): HttpProbe {
  const { timeoutMs = 5_000, slowMs, expect } = trial;
  return {
    id: 'shop/trial',
    system: 'shop',
    kind: 'http',
    schedule: { everyMs: 60_000 },
    from: ['fra'],
    variants: [{ key: '', values: {} }],
    timeoutMs,
    ...(slowMs === undefined ? {} : { slowMs }),
    severity: 'page',
    dependsOn: [],
    source: { file: 'shop/trial.ts', line: 1 },
    requests: {
      '': {
        method: 'GET',
        headers: {},
        redirects: 10,
        http2: false,
        ...request,
        expect: { status: ['2xx'], header: {}, json: {}, ...expect },
      },
    },
  };
}

/** What surrounds a run. */
export function surroundingsOf({ secrets = {}, egress, systems = {} }: Trial = {}): Surroundings {
  const blank: System = { label: '', owner: 'web', hosts: [], external: false, dependsOn: [], headers: {} };
  const named = Object.entries(systems).map(([name, system]) => [name, { ...blank, ...system }] as const);
  const landscape: Landscape = {
    project: 'test',
    teams: {},
    systems: Object.fromEntries(named),
    vantages: {},
    secrets: {},
  };
  return {
    landscape,
    vantage: {
      label: 'Frankfurt',
      country: 'DE',
      network: 'a',
      inside: false,
      ...(egress === undefined ? {} : { egress }),
    },
    secret: (name) => secrets[name],
    keepArtifact: () => Promise.resolve(undefined),
    bundle: () => Promise.reject(new Error('an http check has no bundle')),
  };
}

/** Runs one request once. */
export function run(
  engine: Engine,
  request: Partial<HttpRequest> & { url: string },
  trial: Trial = {},
): Promise<Result> {
  return runProbe(engine, probeOf(request, trial), surroundingsOf(trial));
}

/** Runs a probe once. */
export function runProbe(engine: Engine, probe: HttpProbe, surroundings: Surroundings): Promise<Result> {
  const check = { id: 'shop/trial@fra', probe, variant: { key: '', values: {} }, vantage: 'fra' };
  return engine.run({ check, cause: 'manual', scheduledAt: 1_000, request: 'trial', plan: 'plan' }, surroundings);
}

/** A listener of a test. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** `ADDRESS:PORT`, such as `127.0.0.1:8080`. */
  readonly host: string;
  /** `http://ADDRESS:PORT`. */
  readonly url: string;
  /** Connections taken since the start. */
  readonly taken: () => number;
  /** Connections that stand. */
  readonly open: () => number;
}

/** Lets a server listen on the loopback address; disposing it ends its connections too. */
export async function listening(server: Server, address = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<Socket>();
  let taken = 0;
  server.on('connection', (socket: Socket) => {
    taken++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const bracketed = isIP(address) === 6 ? `[${address}]` : address;
  return {
    port,
    host: `${bracketed}:${port}`,
    url: `http://${bracketed}:${port}`,
    taken: () => taken,
    open: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A server that speaks HTTP. */
export function serve(listener: RequestListener): Promise<Listening> {
  return listening(createServer(listener));
}

/** A server that does with every connection what it likes, once something was asked. */
export function answer(act: (socket: Socket, asked: string) => void): Promise<Listening> {
  return listening(
    createListener((socket) => {
      socket.on('error', () => {});
      socket.once('data', (asked) => act(socket, asked.toString('latin1')));
    }),
  );
}

/** A server that answers with these bytes and closes. */
export function answerWith(text: string): Promise<Listening> {
  return answer((socket) => socket.end(text, 'latin1'));
}

/** A port of the loopback address on which nothing listens. */
export async function closedPort(): Promise<number> {
  await using gone = await listening(createListener());
  return gone.port;
}

/** A port of the loopback address on which nothing listens, and nothing will: a connection leaves from it. */
export async function refusingPort(): Promise<{ port: number; host: string } & AsyncDisposable> {
  const listener = await listening(createListener());
  const taken = connect({ host: '127.0.0.1', port: listener.port }).on('error', () => {});
  await once(taken, 'connect');
  const port = taken.localPort ?? 0;
  return {
    port,
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      taken.destroy();
      await listener[Symbol.asyncDispose]();
    },
  };
}
