/**
 * Where every part of the demo listens: one compact range of ports, the control page first. `probes/_shop.ts`
 * names the same places for the probes; a test holds the two together.
 */
import { createServer } from 'node:net';
import { VedetteError } from '../src/base/errors.ts';

/** The first port of the range, the control page's. */
export const firstPortDefault = 4100;

/** Distance of each listener from the first port. */
export const portOffsets = {
  control: 0,
  shop: 1,
  catalog: 2,
  search: 3,
  orders: 4,
  payment: 5,
  erp: 6,
  carrier: 7,
  identity: 8,
  thirdParty: 9,
  secureShop: 10,
  egressFra: 11,
  egressPar: 12,
  egressOutside: 13,
  elsewhere: 14,
} as const;

/** A listener of the demo. */
export type Listener = keyof typeof portOffsets;
/** The port of every listener. */
export type Ports = Readonly<Record<Listener, number>>;

/** All listeners of the demo are on the loopback interface alone. */
export const host = '127.0.0.1';

/** The ports of a demo whose range starts at `first`. */
export function portsFrom(first: number): Ports {
  return Object.fromEntries(Object.entries(portOffsets).map(([name, offset]) => [name, first + offset])) as Ports;
}

/** `http://127.0.0.1:PORT` of a port. */
export function origin(port: number): string {
  return `http://${host}:${port}`;
}

/** Those of `ports` on which somebody listens already. */
export async function portsInUse(ports: readonly number[]): Promise<number[]> {
  const taken = await Promise.all(
    ports.map(
      (port) =>
        new Promise<number | undefined>((resolve) => {
          const attempt = createServer();
          attempt.once('error', () => resolve(port));
          attempt.listen({ port, host, exclusive: true }, () => attempt.close(() => resolve(undefined)));
        }),
    ),
  );
  return taken.filter((port) => port !== undefined);
}

/**
 * Makes sure that all of `ports` are free.
 * @throws VedetteError `PORTS_IN_USE` that names those which are not.
 */
export async function requireFree(ports: readonly number[], mend: string): Promise<void> {
  const taken = await portsInUse(ports);
  if (taken.length === 0) return;
  const what = taken.length === 1 ? `port ${taken[0]} is` : `ports ${taken.join(', ')} are`;
  throw new VedetteError('PORTS_IN_USE', `${what} in use on ${host}`, { mend });
}
