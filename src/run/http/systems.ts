/**
 * Whose a host is, for a landscape; made once for each.
 */
import type { Landscape, System } from '../../probe/definition.ts';
import { systemsByHost } from '../../probe/hosts.ts';

type SystemsByHost = (url: URL) => (System & { readonly name: string }) | undefined;

const known = new WeakMap<Landscape, SystemsByHost>();

/** Returns a function from a URL to the system that claims its host. */
export function systemsOf(landscape: Landscape): SystemsByHost {
  const before = known.get(landscape);
  if (before !== undefined) return before;
  const made = systemsByHost(Object.entries(landscape.systems).map(([name, system]) => ({ ...system, name })));
  known.set(landscape, made);
  return made;
}
