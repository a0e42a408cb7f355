/**
 * `vedette new`: a probe from a template, in its place, over nothing that is there.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Argument, Command } from 'commander';
import { readConfig } from '../base/config.ts';
import { VedetteError } from '../base/errors.ts';
import { KINDS, type Kind, type Landscape } from '../probe/definition.ts';
import { load } from '../probe/load.ts';
import { paint } from './paint.ts';
import { probeTemplates } from './templates.ts';

/** `vedette new KIND ID` */
export function newCommand(): Command {
  return new Command('new')
    .description('write a new probe from a template')
    .addArgument(new Argument('<KIND>', 'what it is').choices(KINDS))
    .argument('<ID>', 'system/name, e.g. shop/checkout')
    .addHelpText('after', '\nExamples:\n  vedette new http shop/catalog\n  vedette new journey shop/checkout')
    .action(async (kind: Kind, id: string) => {
      const { probesDir } = readConfig();
      const { landscape } = await load(probesDir);
      const file = await newProbe(probesDir, kind, id, landscape);
      process.stdout.write(`wrote ${relative(process.cwd(), file)}\n`);
      const system = id.split('/')[0] ?? id;
      if (landscape === undefined) {
        process.stdout.write(
          paint.warn(`There is no usable landscape.ts in ${probesDir}; vedette validate says why.\n`),
        );
      } else if (landscape.systems[system] === undefined) {
        const owner = Object.keys(landscape.teams)[0] ?? 'a-team';
        process.stdout.write(
          paint.warn(`The landscape knows no system ${system} yet; add to systems in landscape.ts:\n`) +
            `  ${/^[a-z]\w*$/.test(system) ? system : `'${system}'`}: { owner: '${owner}' },\n`,
        );
      }
    });
}

/**
 * Writes the probe's file and returns its path.
 * @throws VedetteError `BAD_ID`, `EXISTS`
 */
async function newProbe(probesDir: string, kind: Kind, id: string, landscape: Landscape | undefined): Promise<string> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*)+$/.test(id)) {
    throw new VedetteError('BAD_ID', `${id} cannot be the id of a probe`, {
      mend: 'An id is system/name in lower-case letters, digits and hyphens, e.g. shop/checkout.',
    });
  }
  const host = landscape?.systems[id.split('/')[0] ?? '']?.hosts.find((name) => !name.startsWith('*'));
  const file = join(probesDir, `${id}.ts`);
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, probeTemplates[kind](id, `https://${host ?? 'example.com'}/`), { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new VedetteError('EXISTS', `${file} is there already`, {
      mend: 'Choose another id; nothing was written.',
      cause,
    });
  }
  return file;
}
