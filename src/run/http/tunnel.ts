/**
 * A way through a vantage's egress proxy. Plain http goes through a tunnel (`CONNECT`) too: the exchange is then the
 * same as without a proxy, and a proxy cannot answer in the target's name.
 */
import { isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { SocksClient } from 'socks';
import { asError } from '../../base/errors.ts';
import type { Reason } from '../../result/result.ts';
import type { Course } from './course.ts';
import { type Choice, dial, nameOf, type Peer } from './dial.ts';
import { peerOf } from './prepare.ts';
import { secure } from './secure.ts';
import { Trouble } from './trouble.ts';

/** Head of a proxy's answer, bytes. */
const headBytesMax = 16 * 1024;

type Blame = readonly [reason: Reason, tell: (where: string, proxy: string) => string];

const refused: Blame = ['connect', (where, proxy) => `connection refused by ${where}, says the proxy ${proxy}`];
const unreachable: Blame = ['connect', (where, proxy) => `no route to ${where}, says the proxy ${proxy}`];
const ended: Blame = ['reset', (where, proxy) => `${where} ended the connection, says the proxy ${proxy}`];
const late: Blame = ['timeout', (where, proxy) => `${where} did not answer the proxy ${proxy} in time`];
const noAddress: Blame = ['dns', (where, proxy) => `no address for ${where}, says the proxy ${proxy}`];

/** What a proxy says of the target, by the error types of RFC 9209; every other one is the proxy's own. */
const byProxyStatus: Readonly<Record<string, Blame>> = {
  dns_error: noAddress,
  dns_timeout: noAddress,
  connection_refused: refused,
  destination_not_found: unreachable,
  destination_unavailable: unreachable,
  destination_ip_unroutable: unreachable,
  connection_terminated: ended,
  connection_timeout: late,
  connection_read_timeout: late,
  connection_write_timeout: late,
};

/** Likewise, by the replies of RFC 1928, as the `socks` package names them. */
const bySocksReply: Readonly<Record<string, Blame>> = {
  NetworkUnreachable: unreachable,
  HostUnreachable: unreachable,
  ConnectionRefused: refused,
  TTLExpired: late,
};

/** What a way through a proxy needs beside whom it leads to. */
export interface Tunnelling {
  /** The most that it can take, milliseconds; the run's deadline ends it sooner. */
  readonly msMax: number;
  /** Gives what a proxy that speaks TLS is checked with. */
  readonly context: () => SecureContext;
  /** Why an address must not be asked for; only one that is written out can be judged here. */
  readonly against?: Choice['against'];
}

/**
 * Opens a connection to `peer` through a proxy. Its phases: `resolve` and `connect` are those of the proxy, and
 * `connect` lasts until the tunnel stands; the target's name is looked up by the proxy.
 * @throws {@link Trouble} `proxy`, or the target's where the proxy says so
 */
export async function tunnel(course: Course, egress: string, peer: Peer, needs: Tunnelling): Promise<Socket> {
  const url = new URL(egress);
  const proxy = proxyOf(url);
  const name = nameOf(proxy);
  const objection = isIP(peer.host) === 0 ? undefined : needs.against?.(peer.host);
  if (objection !== undefined) throw objection;
  const socket = await reach(course, url, proxy, needs).catch((thrown: unknown) => {
    // The run's own end, such as its deadline, is no word about the proxy yet.
    if (course.over !== undefined && thrown === course.over) throw thrown;
    throw new Trouble('proxy', `the proxy ${name} cannot be used: ${asError(thrown).message}`, { cause: thrown });
  });
  const way = url.protocol === 'socks5:' ? throughSocks : throughConnect;
  return await way(course, socket, { url, proxy, name, peer, msMax: needs.msMax });
}

/** The proxy itself, over TLS where it wants that. */
async function reach(course: Course, url: URL, proxy: Peer, { context }: Tunnelling): Promise<Socket> {
  const socket = await dial(course, proxy);
  if (url.protocol !== 'https:') return socket;
  const secured = await secure(course, socket, proxy, { context: context(), http2: false, direct: true });
  if (secured.fault !== undefined) throw secured.fault;
  return secured.socket;
}

/** Where a proxy listens. */
export function proxyOf(url: URL): Peer {
  return url.protocol === 'socks5:' && url.port === '' ? { ...peerOf(url), port: 1080 } : peerOf(url);
}

interface Way {
  readonly url: URL;
  readonly proxy: Peer;
  /** The proxy's `host:port`. */
  readonly name: string;
  readonly peer: Peer;
  readonly msMax: number;
}

async function throughSocks(course: Course, socket: Socket, { url, proxy, name, peer, msMax }: Way): Promise<Socket> {
  const credentials = { userId: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  const client = new SocksClient({
    proxy: { ...proxy, type: 5, ...(url.username === '' ? {} : credentials) },
    command: 'connect',
    destination: { ...peer },
    timeout: msMax,
  });
  return await course.wait<Socket>((done, failed) => {
    client.once('established', () => done(socket));
    client.once('error', (error: Error) => {
      const reply = / - (\w+)$/.exec(error.message)?.[1] ?? '';
      failed(blamed(bySocksReply[reply], error.message, peer, name));
    });
    client.connect(socket);
  });
}

async function throughConnect(course: Course, socket: Socket, { url, name, peer }: Way): Promise<Socket> {
  const target = nameOf(peer);
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const authorization =
    credentials === ':' ? '' : `proxy-authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${authorization}\r\n`);
  const head = await readHead(course, socket, name);
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/i.exec(head)?.[1]);
  if (status >= 200 && status < 300) return socket;
  if (Number.isNaN(status)) throw new Trouble('proxy', `the proxy ${name} does not speak HTTP`);
  const error = /^proxy-status:.*;\s*error=([a-z0-9_*-]+)/im.exec(head)?.[1];
  // RFC 9110, section 15.6.5: a gateway's 504 is about the server behind it.
  const blame = error === undefined ? (status === 504 ? late : undefined) : byProxyStatus[error];
  const said = `it answered ${status}${error === undefined ? '' : ` (${error})`} when asked for ${target}`;
  throw blamed(blame, said, peer, name);
}

function blamed(blame: Blame | undefined, said: string, peer: Peer, proxy: string): Trouble {
  if (blame === undefined) return new Trouble('proxy', `the proxy ${proxy} made no connection: ${said}`);
  const [reason, tell] = blame;
  return new Trouble(reason, tell(nameOf(peer), proxy));
}

/** The head of a proxy's answer; what came after it stays in the socket. */
function readHead(course: Course, socket: Socket, name: string): Promise<string> {
  return course.wait<string>((done, failed) => {
    let read: Buffer = Buffer.alloc(0);
    const stop = () => {
      socket.off('readable', onReadable).off('end', onEnd).off('error', onError);
    };
    const fail = (message: string) => {
      stop();
      failed(new Trouble('proxy', `the proxy ${name} ${message}`));
    };
    const onEnd = () => fail('closed the connection instead of making a tunnel');
    const onError = (error: Error) => fail(`made no tunnel: ${error.message}`);
    const onReadable = () => {
      for (let chunk = take(socket); chunk !== null; chunk = take(socket)) {
        read = Buffer.concat([read, chunk]);
        const end = read.indexOf('\r\n\r\n');
        if (end !== -1) {
          stop();
          const rest = read.subarray(end + 4);
          if (rest.length > 0) socket.unshift(rest);
          done(read.toString('latin1', 0, end));
          return;
        }
        if (read.length > headBytesMax) return fail(`sent headers beyond ${headBytesMax} bytes`);
      }
    };
    socket.on('readable', onReadable).on('end', onEnd).on('error', onError);
  });
}

function take(socket: Socket): Buffer | null {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : null;
}
