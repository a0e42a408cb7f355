/**
 * Bundles as files, so that a child can import them: each is written once, under its content hash.
 */
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VedetteError } from '../../base/errors.ts';

/** Files kept; beyond it the one written first goes. A new plan brings new bundles, and old ones are never asked for again. */
const bundleFilesMax = 500;

/** A store of bundle files; `path` fetches and writes what is not there yet. */
export interface BundleFiles {
  path(hash: string, fetch: (hash: string) => Promise<string>): Promise<string>;
}

/** Creates the store under `folder`, which the engine removes in the end. */
export function createBundleFiles(folder: string): BundleFiles {
  const pending = new Map<string, Promise<string>>();
  const written = new Set<string>();
  return {
    path(hash, fetch) {
      // A hash becomes a file's name, so it must not be able to leave the folder.
      if (!/^[\w-]{1,128}$/.test(hash)) {
        return Promise.reject(new VedetteError('BUNDLE_HASH', `the bundle's hash ${JSON.stringify(hash)} is none`));
      }
      const known = pending.get(hash);
      if (known !== undefined) return known;
      const made = write(join(folder, `${hash}.mjs`), () => fetch(hash)).finally(() => pending.delete(hash));
      pending.set(hash, made);
      return made.then(async (path) => {
        const [oldest] = written.add(path);
        if (written.size > bundleFilesMax && oldest !== undefined) {
          written.delete(oldest);
          await rm(oldest, { force: true });
        }
        return path;
      });
    },
  };
}

async function write(path: string, fetch: () => Promise<string>): Promise<string> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return path;
  const source = await fetch();
  await mkdir(join(path, '..'), { recursive: true });
  // Renamed into place: a child must never import half a bundle.
  await writeFile(`${path}.part`, source);
  await rename(`${path}.part`, path);
  return path;
}
