/**
 * One request and its answer over a connection that stands, by undici.
 */
import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Course } from './course.ts';
import { withStream } from './h2-stream.ts';
import { type Answer, Listener, type Take } from './listener.ts';
import { headerBytesMax, Opening } from './opening.ts';
import { codeOf, Trouble, troubleOf } from './trouble.ts';

/** What is asked. */
export interface Ask {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/**
 * Asks and takes the answer, in the phases `processing` and `transfer`. The connection serves this request alone.
 * @throws {@link Trouble}
 */
export async function exchange(course: Course, socket: Socket, ask: Ask, take: Take): Promise<Answer> {
  course.enter('processing');
  if (socket.errored !== null) throw troubleOf(socket.errored, { where: course.where, phase: 'processing' });
  const client = new Client(ask.url.origin, {
    connect: handOver(socket),
    maxHeaderSize: headerBytesMax,
    // The run has one deadline, kept outside.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: true,
    h2Options: { pingInterval: 0 },
  });
  let listener: Listener | undefined;
  try {
    return await course.wait<Answer>((done, failed) => {
      const { method, headers, body } = ask;
      const path = ask.url.pathname + ask.url.search;
      const asked: Dispatcher.DispatchOptions = { path, method, headers, reset: true };
      if (body !== undefined) asked.body = body;
      const opening =
        'alpnProtocol' in socket && socket.alpnProtocol === 'h2' ? undefined : watch(course, socket, failed);
      const handler = new Listener(course, take, { opening, bodiless: method === 'HEAD' }, done, failed);
      listener = handler;
      if (opening !== undefined) client.dispatch(asked, handler);
      else withStream(handler.onStream, () => client.dispatch(asked, handler));
    });
  } catch (thrown) {
    if (thrown instanceof Trouble) throw thrown;
    const trouble = troubleOf(thrown, course);
    throw listener?.explained(trouble) ?? trouble;
  }
}

function watch(course: Course, socket: Socket, failed: (error: unknown) => void): Opening {
  // Heard before undici does: it takes a reset for the end of a body that has no length. Its own errors it tells itself.
  socket.prependListener('error', (error) => {
    if (!/^(UND|HPE)_/.test(codeOf(error))) failed(error);
  });
  return new Opening(socket, course.where, failed);
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
