/**
 * What a bundle may import by name: `vedette` is this very package, and Playwright the one that it drives.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type JourneyScript, scriptOf } from '../../../probe/dsl-value.ts';

const index = new URL(import.meta.url.endsWith('.ts') ? '../../../index.ts' : '../../../index.js', import.meta.url)
  .href;

/** From now on bundles, which lie outside every package, find `vedette` and Playwright. */
export function supplyImports(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'vedette') return { url: index, shortCircuit: true };
      const name = specifier === '@playwright/test' ? 'playwright/test' : specifier;
      const ours = /^playwright(-core)?(\/|$)/.test(name) && !context.parentURL?.includes('/node_modules/');
      return ours ? next(name, { ...context, parentURL: import.meta.url }) : next(specifier, context);
    },
  });
}

/**
 * The script that a bundle exports under a name. A bundle is loaded once; its hash is its path, so it never changes.
 * @throws whatever the file throws at import; TypeError when it exports no journey by that name.
 */
export async function loadScript(bundle: string, name: string): Promise<JourneyScript> {
  const exported = (await import(pathToFileURL(bundle).href)) as Record<string, unknown>;
  const script = scriptOf(exported[name]);
  if (script === undefined) throw new TypeError(`the file exports no journey under the name "${name}"`);
  return script;
}
