/**
 * `vedette init`: a new probe project in an empty folder, which works at once.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import { VedetteError } from '../base/errors.ts';
import { packageVersion } from './package.ts';
import { paint } from './paint.ts';
import { gitignoreText, landscapeTemplate, probeTemplates, readmeTemplate, tsconfigText } from './templates.ts';

/** What may be there already: what `npm init` and `npm install vedette` leave, and a repository. */
const harmless = new Set(['package.json', 'node_modules', '.git', '.DS_Store', '.npmrc']);
const lockOrTarball = /^(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|.+\.tgz)$/;

/** `vedette init [DIR]` */
export function initCommand(): Command {
  return new Command('init')
    .description('make a new probe project in an empty folder')
    .argument('[DIR]', 'the folder; made when it is not there', '.')
    .option('--url <URL>', 'what the first probes look at', 'https://example.com/')
    .addHelpText('after', '\nExamples:\n  vedette init\n  vedette init watch --url https://shop.example/')
    .action(async (dir: string, { url }: { url: string }) => {
      const folder = resolve(dir);
      const written = await initProject(folder, url);
      const here = relative(process.cwd(), folder);
      const lines = written.map((file) => `  ${file}`);
      process.stdout.write(`${paint.strong(`A new probe project in ${folder}:`)}\n${lines.join('\n')}\n\nNext:\n`);
      if (here !== '') process.stdout.write(`  cd ${here.startsWith('..') ? folder : here}\n`);
      process.stdout.write('  npx vedette validate\n  npx vedette run\n');
    });
}

/**
 * Writes the project. Returns the files written, relative to the folder.
 * @throws VedetteError `NOT_EMPTY`, `BAD_URL`
 */
async function initProject(folder: string, url: string): Promise<string[]> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new VedetteError('BAD_URL', `${url} is not an address that a probe can look at`, {
      mend: 'Give one that begins with http:// or https://.',
    });
  }
  await mkdir(folder, { recursive: true });
  await requireEmpty(folder);

  const project = projectName(folder);
  const files = {
    'package.json': await packageText(folder, project),
    'tsconfig.json': tsconfigText,
    '.gitignore': gitignoreText,
    'README.md': readmeTemplate(project),
    'probes/landscape.ts': landscapeTemplate(project, new URL(url).host),
    'probes/example/home.ts': probeTemplates.http('example/home', url),
    'probes/example/visit.ts': probeTemplates.journey('example/visit', url),
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  return Object.keys(files);
}

async function requireEmpty(folder: string): Promise<void> {
  const inTheWay = (await readdir(folder)).filter((name) => !harmless.has(name) && !lockOrTarball.test(name));
  if (inTheWay.length === 0) return;
  throw new VedetteError('NOT_EMPTY', `${folder} is not empty: ${inTheWay.slice(0, 5).join(', ')}`, {
    mend: 'Choose an empty folder, e.g. vedette init watch; nothing was written.',
  });
}

/** What is there is kept; only what the project needs is added. */
async function packageText(folder: string, project: string): Promise<string> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  let present: Record<string, unknown>;
  try {
    present = JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new VedetteError('BAD_PACKAGE', `${join(folder, 'package.json')} is not JSON`, {
      mend: 'Correct or remove it; nothing was written.',
      cause,
    });
  }
  const dependencies = {
    vedette: `^${packageVersion}`,
    ...(present.dependencies as Record<string, string> | undefined),
  };
  return `${JSON.stringify({ name: project, private: true, ...present, type: 'module', dependencies }, null, 2)}\n`;
}

/** The folder's name as a project's: lower case, digits and hyphens, at most 60 characters. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return /^[a-z]/.test(name) ? name : `probes${name === '' ? '' : '-'}${name}`;
}
