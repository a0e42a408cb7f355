/**
 * A row of the table of misbehaviours: a server that does something, what is asked of it, and what the engine must
 * say. `bench/misbehaviour.ts` asks blackbox_exporter the same.
 */
import type { Socket } from 'node:net';
import { findProgram } from '../../../base/programs.ts';
import type { HttpRequest } from '../../../probe/definition.ts';
import type { Outcome, Phase, Reason } from '../../../result/result.ts';
import { answer, answerWith, type Listening, type Trial } from '../trial.fixture.ts';

/** A server that stands, and what is asked of it. */
export interface Ready extends AsyncDisposable {
  readonly request: Partial<HttpRequest> & { readonly url: string };
  readonly trial?: Trial;
  /** What messages must name: `host:port`. */
  readonly host: string;
  /** Connections that stand. */
  readonly open?: () => number;
}

/** What the engine must say. */
export interface Wanted {
  readonly outcome: Outcome;
  readonly reason?: Reason;
  readonly phase?: Phase;
  /** Pieces of the message; `HOST` stands for the `host:port` asked. */
  readonly says?: readonly string[];
  /** Beyond: `status`, `version`, `redirects`, `bytes`. */
  readonly status?: number;
  readonly version?: string;
  readonly redirects?: number;
  readonly bytes?: number;
}

export interface Row {
  readonly name: string;
  readonly start: () => Promise<Ready>;
  readonly wanted: Wanted;
  /** Settings of blackbox_exporter's http module beyond those that follow from the request. */
  readonly module?: Readonly<Record<string, unknown>>;
  /** Why blackbox_exporter cannot be asked the same. */
  readonly notThere?: string;
  /** Where blackbox_exporter says something else: who is right, in a sentence. */
  readonly difference?: string;
  /** The program that the machine must have for it. */
  readonly needs?: 'openssl';
}

/** What a row may say beyond its name, its server and what is wanted. */
export type More = Partial<Pick<Row, 'module' | 'notThere' | 'difference' | 'needs'>> & {
  readonly request?: Partial<HttpRequest>;
  readonly trial?: Trial;
  /** What follows `http://host:port`. */
  readonly path?: string;
};

/** A failure with its reason and phase, and pieces of its message. */
export function fail(reason: Reason, phase: Phase | undefined, ...says: readonly string[]): Wanted {
  return { outcome: 'fail', reason, ...(phase === undefined ? {} : { phase }), says };
}

/** The vantage's own fault. */
export function broken(reason: Reason, phase: Phase | undefined, ...says: readonly string[]): Wanted {
  return { outcome: 'broken', reason, ...(phase === undefined ? {} : { phase }), says };
}

/** All well, and what it saw. */
export function pass(saw: Partial<Wanted> = {}): Wanted {
  return { outcome: 'pass', ...saw };
}

/** A row of one listener. */
export function rowOf(name: string, listen: () => Promise<Listening>, wanted: Wanted, more: More = {}): Row {
  const { request, trial, path = '/', ...rest } = more;
  return {
    name,
    wanted,
    ...rest,
    async start() {
      const server = await listen();
      return readyOf(server, { url: server.url + path, ...request }, trial);
    },
  };
}

/** A listener with a request. */
export function readyOf(server: Listening, request: Ready['request'], trial?: Trial): Ready {
  return {
    request,
    ...(trial === undefined ? {} : { trial }),
    host: server.host,
    open: server.open,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A server that answers with these bytes and closes. */
export function sends(name: string, text: string, wanted: Wanted, more: More = {}): Row {
  return rowOf(name, () => answerWith(text), wanted, more);
}

/** A server that does with a request what it likes. */
export function does(
  name: string,
  act: (socket: Socket, asked: string) => unknown,
  wanted: Wanted,
  more: More = {},
): Row {
  return rowOf(name, () => answer(act), wanted, more);
}

/** The first line and nothing else of an answer. */
export const head = 'HTTP/1.1 200 OK\r\n';

/** Writes a text again and again until the connection has ended. */
export function drip(socket: Socket, text: string, everyMs = 20): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.once('close', () => clearInterval(timer));
}

/** What this machine lacks for a row; `undefined` where it can run. */
export function lackedBy({ needs }: Row): string | undefined {
  return needs === undefined || findProgram(needs) !== undefined ? undefined : `${needs} is not here`;
}
