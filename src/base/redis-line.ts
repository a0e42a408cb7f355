/**
 * One question to a Redis that may be starting, loading or gone: a connection is made, asked and closed, without
 * the reconnecting and waiting of a lasting client.
 */
import { connect } from 'node:net';

const answerBytesMax = 64 * 1_024;

/**
 * The answer to one command, or `undefined` when there is none within the time, or it is an error.
 * @param url `redis://:password@host:port`
 * @param command words without spaces, with a status or a bulk string for an answer
 */
export function askRedis(url: string, command: readonly string[], msMax: number): Promise<string | undefined> {
  const { hostname, port, password } = new URL(url);
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host: hostname, port: Number(port || 6379) });
    const settle = (answer: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(settle, msMax, undefined);
    socket.setEncoding('utf8');
    socket.on('error', () => settle(undefined));
    socket.on('close', () => settle(undefined));
    socket.on('connect', () => {
      const login = password === '' ? '' : `AUTH ${decodeURIComponent(password)}\r\n`;
      socket.write(`${login}${command.join(' ')}\r\n`);
    });
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (received.length > answerBytesMax) return settle(undefined);
      const answer = answerIn(password === '' ? received : afterLogin(received));
      if (answer !== undefined) settle(answer === '' ? undefined : answer);
    });
  });
}

/** What follows the answer to `AUTH`; a refused login leaves its error as the answer. */
function afterLogin(received: string): string {
  return received.startsWith('+OK\r\n') ? received.slice(5) : received;
}

/** A complete answer, `''` for an error, `undefined` while it is not complete. */
function answerIn(received: string): string | undefined {
  const end = received.indexOf('\r\n');
  if (end < 0) return undefined;
  const first = received.slice(0, end);
  if (first.startsWith('+')) return first.slice(1);
  if (!first.startsWith('$')) return '';
  const bytes = Number(first.slice(1));
  const body = Buffer.from(received.slice(end + 2));
  return body.length < bytes ? undefined : body.subarray(0, bytes).toString();
}
