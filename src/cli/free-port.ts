/**
 * Ports for several workers of one machine.
 */
import { VedetteError } from '../base/errors.ts';
import { isFreePort, tryPort } from '../base/port.ts';

/** How many ports after the first are tried. */
const triesMax = 200;

/** Hands out free ports of one address, none twice. */
export interface FreePorts {
  /**
   * The first free port from `first` on that nobody else was given; 0: any.
   * @throws VedetteError `PORT_NONE`
   */
  take(first: number): Promise<number>;
  /** Puts a port back, so that it is handed out again. */
  giveBack(port: number): void;
}

export function freePorts(host: string): FreePorts {
  const given = new Set<number>();
  return {
    async take(first) {
      if (first === 0) return await tryPort(host, 0);
      for (let port = first; port < first + triesMax && port <= 65_535; port++) {
        if (given.has(port)) continue;
        // Taken before it is looked at: others look at the same time.
        given.add(port);
        if (await isFreePort(host, port)) return port;
        given.delete(port);
      }
      throw new VedetteError('PORT_NONE', `no port of ${host} from ${first} on is free`, {
        mend: 'Set VEDETTE_METRICS_PORT to another, or to 0 for any.',
      });
    },
    giveBack: (port) => given.delete(port),
  };
}

/**
 * Sees that a port can be listened on.
 * @param setting the variable that sets it
 * @throws VedetteError `PORT_TAKEN`
 */
export async function requireFreePort(host: string, port: number, setting: string): Promise<void> {
  if (await isFreePort(host, port)) return;
  throw new VedetteError('PORT_TAKEN', `${host}:${port} cannot be listened on; another program may have it`, {
    mend: `End that program, or set ${setting} to a free port.`,
  });
}
