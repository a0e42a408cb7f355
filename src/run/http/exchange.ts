/**
 * One request and its answer over a connection that stands, by undici.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Course } from './course.ts';
import { Trouble, troubleOf } from './trouble.ts';

/** Headers of an answer, bytes. */
const headerBytesMax = 64 * 1024;
/** Body of an answer, bytes, as it comes and again decoded. */
export const bodyBytesMax = 1024 * 1024;

/** What is asked. */
export interface Ask {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** How an answer is taken. */
export interface Take {
  /** Told as soon as the headers are there: the body may never come. */
  readonly begun: (status: number, version: Answer['version']) => void;
  /** Whether the body's bytes are kept, or only counted. */
  readonly keeps: (headers: IncomingHttpHeaders) => boolean;
  /** Whether the headers are all that is waited for. */
  readonly headersSuffice: (status: number, headers: IncomingHttpHeaders) => boolean;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly version: '1.0' | '1.1' | '2';
  /** The body as it came; empty unless it was to be kept. */
  readonly chunks: readonly Buffer[];
  /** Bytes of the body as it came. */
  readonly bytes: number;
}

/**
 * Asks and takes the answer, in the phases `processing` and `transfer`. The connection serves this request alone.
 * @throws {@link Trouble}
 */
export async function exchange(course: Course, socket: Socket, ask: Ask, take: Take): Promise<Answer> {
  course.enter('processing');
  const version = watchVersion(socket);
  const client = new Client(ask.url.origin, {
    connect: handOver(socket),
    maxHeaderSize: headerBytesMax,
    // The run has one deadline, kept outside.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: true,
    h2Options: { pingInterval: 0 },
  });
  try {
    return await course.wait<Answer>((done, failed) => {
      const { method, headers, body } = ask;
      const path = ask.url.pathname + ask.url.search;
      const asked: Dispatcher.DispatchOptions = { path, method, headers, reset: true };
      if (body !== undefined) asked.body = body;
      client.dispatch(asked, new Listener(course, take, { version, bodiless: method === 'HEAD' }, done, failed));
    });
  } catch (thrown) {
    throw troubleOf(thrown, course.where);
  }
}

/** Gives undici the connection, once: it asks again when the connection has ended before the request was written. */
function handOver(
  socket: Socket,
): (options: unknown, callback: (...args: [null, Socket] | [Error, null]) => void) => void {
  let given = false;
  return (_options, callback) => {
    if (given) {
      const ended = Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' });
      const { errored } = socket;
      // undici keeps errors of the socket's own kind to itself and tries again.
      const error =
        errored === null || /^other side closed$/.test(errored.message)
          ? ended
          : Object.assign(new Error(errored.message), { code: 'ECONNRESET' });
      queueMicrotask(() => callback(error, null));
      return;
    }
    given = true;
    // Not at once: undici waits for a connection only after it has asked for it.
    queueMicrotask(() => callback(null, socket));
  };
}

/**
 * undici does not tell 1.0 from 1.1, so the first bytes are looked at as they pass.
 */
function watchVersion(socket: Socket): () => Answer['version'] {
  if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') return () => '2';
  let version: Answer['version'] = '1.1';
  const { read } = socket;
  socket.read = function readFirst(size?: number): unknown {
    const chunk: unknown = read.call(this, size);
    if (chunk !== null) {
      socket.read = read;
      if (Buffer.isBuffer(chunk) && chunk.toString('latin1', 0, 8) === 'HTTP/1.0') version = '1.0';
    }
    return chunk;
  };
  return () => version;
}

/** What the headers alone do not tell of an answer. */
interface Kind {
  readonly version: () => Answer['version'];
  /** Whatever length the headers name, no body comes. */
  readonly bodiless: boolean;
}

class Listener implements Dispatcher.DispatchHandler {
  readonly #course: Course;
  readonly #take: Take;
  readonly #kind: Kind;
  readonly #done: (answer: Answer) => void;
  readonly #failed: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #keeps = false;

  constructor(
    course: Course,
    take: Take,
    kind: Kind,
    done: (answer: Answer) => void,
    failed: (error: unknown) => void,
  ) {
    this.#course = course;
    this.#take = take;
    this.#kind = kind;
    this.#done = done;
    this.#failed = failed;
  }

  onRequestStart(): void {}

  onResponseStarted(): void {
    if (this.#course.phase === 'processing') this.#course.enter('transfer');
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.onResponseStarted();
    // An interim answer (103 Early Hints): the real one follows.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    this.#keeps = this.#take.keeps(headers);
    this.#take.begun(status, this.#kind.version());
    const promised = this.#kind.bodiless || status === 204 || status === 304 ? 0 : Number(headers['content-length']);
    if (this.#take.headersSuffice(status, headers)) this.#end();
    else if (promised > bodyBytesMax) this.#tooLarge(controller);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > bodyBytesMax) this.#tooLarge(controller);
    else if (this.#keeps) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: unknown, error: Error): void {
    const mismatch = (error as NodeJS.ErrnoException).code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    // Before the headers have ended there is no body yet whose length could be wrong: the headers contradict themselves.
    if (mismatch && this.#status === 0) {
      this.#failed(
        new Trouble('protocol', `${this.#course.where} sent headers that are not HTTP: their lengths contradict`),
      );
    } else this.#failed(error);
  }

  #end(): void {
    this.#course.rest();
    this.#done({
      status: this.#status,
      headers: this.#headers,
      version: this.#kind.version(),
      chunks: this.#chunks,
      bytes: this.#bytes,
    });
  }

  #tooLarge(controller: Dispatcher.DispatchController): void {
    const trouble = new Trouble(
      'size',
      `the body from ${this.#course.where} is larger than ${bodyBytesMax} bytes, the most that is read`,
    );
    this.#failed(trouble);
    controller.abort(trouble);
  }
}
