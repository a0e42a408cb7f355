/**
 * A probe's id, and the system that it names.
 */
import { idCharsMax } from './limits.ts';
import { show, suggest } from './problem.ts';
import type { ResolveContext } from './resolve-common.ts';
import type { Written } from './written.ts';

const ID = /^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)+$/;

/** The id and its system. */
export function resolveId(written: Written, { names, problems }: ResolveContext): { id: string; system: string } {
  const { id } = written;
  const system = typeof id === 'string' ? (id.split('/')[0] ?? '') : '';
  if (typeof id !== 'string' || !ID.test(id) || id.length > idCharsMax) {
    const rule = `at most ${idCharsMax} of a-z, 0-9 and '-'`;
    const mend = `write system/name in ${rule}, such as 'shop/checkout'`;
    const near = typeof id === 'string' ? idMeant(id) : undefined;
    const message = `${show(id)} is no id of a probe`;
    problems.push({ path: [], at: 'id', message, mend: near === undefined ? mend : `write '${near}': ${rule}` });
    return { id: String(id), system };
  }
  if (names !== undefined && !names.systems.includes(system)) {
    const mend = suggest(system, names.systems, 'add the system to landscape.ts');
    problems.push({ path: [], at: 'id', message: `unknown system '${system}' in the id '${id}'`, mend });
  }
  return { id, system };
}

/** `shop/cart-status` for `Shop/CartStatus`. */
function idMeant(id: string): string | undefined {
  const words = id.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  const meant = words.replace(/[^a-z0-9/-]+/g, '-').replace(/(^|\/)-+|-+(?=\/|$)/g, '$1');
  return ID.test(meant) && meant.length <= idCharsMax ? meant : undefined;
}
