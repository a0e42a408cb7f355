/**
 * The demo's own folder: empty at every start, and never somebody else's.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VedetteError } from '../src/base/errors.ts';

const marker = '.vedette-demo';

/**
 * Makes `path` an empty folder of the demo; what a former demo left there goes.
 * @throws VedetteError `DEMO_FOLDER` when something else is in it.
 */
export async function freshFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const names = await readdir(path);
  if (names.length > 0 && !names.includes(marker)) {
    throw new VedetteError('DEMO_FOLDER', `${path} is not empty, and not a folder of the demo`, {
      mend: 'Choose another folder with --data-dir, or empty this one.',
    });
  }
  for (const name of names) if (name !== marker) await rm(join(path, name), { recursive: true, force: true });
  await writeFile(join(path, marker), 'This folder belongs to the demo, which empties it at every start.\n');
}
