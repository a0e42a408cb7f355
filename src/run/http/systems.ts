/**
 * Whose a host is, for a landscape; made once for each.
 */
import type { Landscape } from '../../probe/definition.ts';
import { systemsByHost } from '../../probe/hosts.ts';
import type { SystemHosts } from '../journey/messages.ts';

type SystemsByHost = (url: URL) => SystemHosts | undefined;

const known = new WeakMap<Landscape, SystemsByHost>();

/** Returns a function from a URL to the system that claims its host. */
export function systemsOf(landscape: Landscape): SystemsByHost {
  const before = known.get(landscape);
  if (before !== undefined) return before;
  const systems = Object.entries(landscape.systems).map(([name, { hosts, headers }]) => ({ name, hosts, headers }));
  const made = systemsByHost(systems);
  known.set(landscape, made);
  return made;
}
