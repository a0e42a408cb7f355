/**
 * From a name to a connection: addresses from the system's resolver, then a race among them.
 */
import { type LookupAddress, lookup } from 'node:dns';
import { connect, isIP, type Socket } from 'node:net';
import type { Course } from './course.ts';
import { codeOf, Trouble, troubleOf } from './trouble.ts';

/** How long an address may keep the next one waiting, milliseconds (RFC 8305, section 5). */
const attemptMs = 250;
/** Addresses that are tried. */
const addressesMax = 8;

/** Whom to connect to. */
export interface Peer {
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** `host:port`, as messages name it. */
export function nameOf({ host, port }: Peer): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What narrows the choice of addresses. */
export interface Choice {
  /** The one IP family that the probe asks for. */
  readonly family?: 4 | 6 | undefined;
  /** Why an address must not be dialled; nothing where it may. */
  readonly against?: ((address: string) => Trouble | undefined) | undefined;
}

/**
 * Opens a connection, in the phases `resolve` and `connect`. Both IP families are tried unless one is asked for;
 * an address that does not answer soon is overtaken by the next, not given up.
 * @throws {@link Trouble}
 */
export async function dial(course: Course, peer: Peer, choice: Choice = {}): Promise<Socket> {
  course.enter('resolve');
  const found = await addressesOf(course, peer, choice.family);
  const addresses = choice.against === undefined ? found : permitted(found, choice.against);
  course.enter('connect');
  try {
    const socket = await race(course, addresses, peer.port);
    course.hold(socket);
    return socket;
  } catch (thrown) {
    throw unconnected(course, thrown, peer, choice);
  }
}

function permitted(found: readonly LookupAddress[], against: NonNullable<Choice['against']>) {
  const objections = found.map(({ address }) => against(address));
  const addresses = found.filter((_, at) => objections[at] === undefined);
  const [objection] = objections;
  if (addresses.length === 0 && objection !== undefined) throw objection;
  return addresses;
}

/** What to say when no address took the connection: each that was tried, and a family that was chosen. */
function unconnected(course: Course, thrown: unknown, peer: Peer, { family }: Choice): Trouble {
  if (thrown instanceof Trouble) return thrown;
  const spot = { where: nameOf(peer), phase: 'connect' } as const;
  const { reason, message } = troubleOf(thrown, spot);
  const tried = [...course.attempts].map(
    ([address, failure]) => `${address}${failure === undefined ? '' : `: ${failure}`}`,
  );
  const which = isIP(peer.host) !== 0 ? '' : ` (tried ${tried.join(', ')})`;
  return new Trouble(reason, `${message}${which}${chosen(family)}`, { cause: thrown });
}

function chosen(family: 4 | 6 | undefined): string {
  return family === undefined ? '' : `; the probe asks for IPv${family} alone`;
}

async function addressesOf(course: Course, { host }: Peer, family?: 4 | 6): Promise<readonly LookupAddress[]> {
  const given = isIP(host);
  if (given !== 0) {
    if (family === undefined || family === given) return [{ address: host, family: given }];
    throw new Trouble('dns', `${host} is no address of IPv${family}, the family that the probe asks for`);
  }
  try {
    const found = await course.wait<LookupAddress[]>((done, failed) => {
      lookup(host, { all: true, family: family ?? 0, order: 'verbatim' }, (error, addresses) =>
        error ? failed(error) : done(addresses),
      );
    });
    if (found.length === 0) throw new Trouble('dns', `no address for ${host}: the resolver knows none`);
    return alternate(found).slice(0, addressesMax);
  } catch (thrown) {
    if (thrown instanceof Trouble) throw thrown;
    const { reason, message } = troubleOf(thrown, { where: host, phase: 'resolve' });
    throw new Trouble(reason, `${message}${chosen(family)}`, { cause: thrown });
  }
}

/** The resolver's order, but with the families taking turns: a broken family costs one attempt. */
function alternate(addresses: readonly LookupAddress[]): readonly LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  if (first.length === addresses.length) return addresses;
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const rounds = Math.max(first.length, second.length);
  return Array.from({ length: rounds }, (_, at) => [first[at], second[at]])
    .flat()
    .filter((address) => address !== undefined);
}

/** The first connection that stands; fails with the error that tells most when none does. */
function race(course: Course, addresses: readonly LookupAddress[], port: number): Promise<Socket> {
  const open = new Set<Socket>();
  let timer: NodeJS.Timeout | undefined;
  const settle = () => {
    clearTimeout(timer);
    for (const socket of open) socket.destroy();
    open.clear();
  };
  const winner = course.wait<Socket>((done, failed) => {
    let next = 0;
    let worst: Error | undefined;
    const attempt = () => {
      clearTimeout(timer);
      const address = addresses[next++];
      if (address === undefined) return;
      const socket = connect({ host: address.address, port, noDelay: true });
      open.add(socket);
      course.attempts.set(address.address, undefined);
      socket.once('connect', () => {
        if (open.delete(socket)) done(socket);
      });
      // It stays for the connection's whole life: an error after the last reader is gone must not end the process.
      socket.on('error', (error) => {
        if (!open.delete(socket)) return;
        course.attempts.set(address.address, failureOf(error));
        // That there is no way to one family tells less than what the other one met.
        if (worst === undefined || isUnreachable(worst)) worst = error;
        if (next < addresses.length) attempt();
        else if (open.size === 0) failed(worst);
      });
      if (next < addresses.length) timer = setTimeout(attempt, attemptMs);
    };
    attempt();
  });
  return winner.finally(settle);
}

function isUnreachable(error: Error): boolean {
  return /^E(HOST|NET)(UNREACH|DOWN)$|^EADDRNOTAVAIL$|^EAFNOSUPPORT$/.test(codeOf(error));
}

const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timed out',
};

function failureOf(error: Error): string {
  return failures[codeOf(error)] ?? (isUnreachable(error) ? 'no route' : codeOf(error));
}
