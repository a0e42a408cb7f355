/**
 * Which files of the probes folder hold probes.
 */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

const landscapeNames = ['landscape.ts', 'landscape.mjs', 'landscape.js'];

export interface ProbeFiles {
  /** Relative to the probes folder, `/` between, sorted. */
  readonly probes: readonly string[];
  readonly landscape: string | undefined;
}

/**
 * Finds `*.ts`, `*.js` and `*.mjs`, except tests, type declarations, hidden files, installed packages and what begins
 * with `_`, which is code that probes share.
 * @throws when the folder cannot be read
 */
export async function findProbeFiles(probesDir: string): Promise<ProbeFiles> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (/^[._]/.test(entry.name) || entry.name === 'node_modules') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await visit(path);
      else if (isCode(entry.name)) found.push(relative(probesDir, path).split(sep).join('/'));
    }
  };
  await visit(probesDir);
  const landscape = landscapeNames.find((name) => found.includes(name));
  return { probes: found.filter((file) => !landscapeNames.includes(file)).sort(), landscape };
}

function isCode(name: string): boolean {
  return /\.(ts|js|mjs)$/.test(name) && !/\.(test|spec|d)\.(ts|js|mjs)$/.test(name);
}
