/**
 * A copy of the probes that watches another demo: another range of ports, another authority.
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VedetteError } from '../src/base/errors.ts';

/** The probes of the demo, as they stand in this repository. */
export const probesDir = fileURLToPath(new URL('../probes', import.meta.url));

/**
 * Copies the probes to `target` and points the copy at another demo.
 * @throws VedetteError `PROBES_COPY` when `probes/_shop.ts` no longer says where the demo is in the way this expects.
 */
export async function copyProbes(target: string, { firstPort, caPath }: { firstPort: number; caPath: string }) {
  await cp(probesDir, target, { recursive: true });
  const path = join(target, '_shop.ts');
  const text = await readFile(path, 'utf8');
  const moved = text
    .replace(/^const firstPort = \d+;$/m, `const firstPort = ${firstPort};`)
    .replace(/^export const authority = '[^']*';$/m, () => `export const authority = ${JSON.stringify(caPath)};`);
  if (!moved.includes(`firstPort = ${firstPort};`) || !moved.includes(JSON.stringify(caPath))) {
    throw new VedetteError('PROBES_COPY', 'probes/_shop.ts does not say where the demo is as it used to', {
      mend: 'Keep the lines "const firstPort = …" and "export const authority = …" in it.',
    });
  }
  await writeFile(path, moved);
}
