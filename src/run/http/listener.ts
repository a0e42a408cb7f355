/**
 * An answer as it comes: what undici tells of it, piece by piece.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Course } from './course.ts';
import type { OnStream } from './h2-stream.ts';
import { type Opening, otherProtocol } from './opening.ts';
import { Trouble } from './trouble.ts';

/** Body of an answer, bytes, as it comes and again decoded. */
export const bodyBytesMax = 1024 * 1024;

/** How an answer is taken. */
export interface Take {
  /** Told as soon as the headers are there: the body may never come. */
  readonly begun: (status: number, version: Answer['version']) => void;
  /** Whether the body's bytes are kept, or only counted. */
  readonly keeps: (status: number, headers: IncomingHttpHeaders) => boolean;
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

/** What the headers alone do not tell of an answer. */
interface Kind {
  /** What the first bytes told; `undefined` for HTTP/2. */
  readonly opening: Opening | undefined;
  /** Whatever length the headers name, no body comes. */
  readonly bodiless: boolean;
}

/** Takes one answer as undici tells of it, within the bounds, and says what came where it does not come whole. */
export class Listener implements Dispatcher.DispatchHandler {
  readonly #course: Course;
  readonly #take: Take;
  readonly #kind: Kind;
  readonly #done: (answer: Answer) => void;
  readonly #failed: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #promised = Number.NaN;
  #headers: IncomingHttpHeaders = {};
  #keeps = false;
  #stream: Parameters<OnStream>[0] | undefined;

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

  /** The stream of HTTP/2 that carries the answer. */
  readonly onStream: OnStream = (stream) => {
    this.#stream = stream;
  };

  onRequestStart(): void {}

  onResponseStarted(): void {
    if (this.#course.phase === 'processing') this.#course.enter('transfer');
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // An interim answer of HTTP/2 (103 Early Hints): the real one follows.
    if (status < 200) return;
    this.onResponseStarted();
    const { opening, bodiless } = this.#kind;
    if (opening !== undefined) opening.headEnded = true;
    this.#status = status;
    this.#headers = headers;
    this.#keeps = this.#take.keeps(status, headers);
    this.#take.begun(status, this.#version());
    this.#promised = bodiless || status === 204 || status === 304 ? 0 : Number(headers['content-length']);
    if (this.#take.headersSuffice(status, headers)) this.#end();
    else if (this.#promised > bodyBytesMax) this.#tooLarge(controller);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { body } = this.#course;
    body.bytes += chunk.length;
    body.at = performance.now();
    if (body.bytes > bodyBytesMax) this.#tooLarge(controller);
    else if (this.#keeps) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const code = this.#stream?.rstCode ?? 0;
    if (code === 0) this.#end();
    else this.#failed(Object.assign(new Error(`stream reset with code ${code}`), { code: 'ERR_HTTP2_STREAM_CANCEL' }));
  }

  onResponseError(_controller: unknown, error: Error): void {
    const mismatch = (error as NodeJS.ErrnoException).code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    // Before the headers have ended there is no body yet whose length could be wrong: the headers are.
    if (mismatch && this.#status === 0) {
      const what = 'a line that is no header, or lengths that contradict one another';
      this.#failed(new Trouble('protocol', `${this.#course.where} sent headers that are not HTTP: ${what}`));
    } else this.#failed(error);
  }

  /** The same trouble, with what had come of the answer. */
  explained(trouble: Trouble): Trouble {
    const { reason, message, cause } = trouble;
    const told = (more: string) => new Trouble(reason, `${message}: ${more}`, { cause });
    if (reason === 'reset' && this.#course.phase === 'transfer') return told(this.#shortfall());
    const { opening } = this.#kind;
    if (reason !== 'protocol' || opening === undefined || this.#status !== 0) return trouble;
    const other = otherProtocol(opening.first);
    return other === undefined
      ? trouble
      : new Trouble(reason, `what ${this.#course.where} sent is not HTTP/1: ${other}`, { cause });
  }

  #shortfall(): string {
    const { bytes } = this.#course.body;
    if (this.#status === 0) return 'its headers are not complete';
    if (this.#promised > 0) return `${bytes} of ${this.#promised} bytes of the body came`;
    return `${bytes} bytes of the body came, and no end of it`;
  }

  #version(): Answer['version'] {
    return this.#kind.opening?.version ?? '2';
  }

  #end(): void {
    this.#course.rest();
    this.#done({
      status: this.#status,
      headers: this.#headers,
      version: this.#version(),
      chunks: this.#chunks,
      bytes: this.#course.body.bytes,
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
