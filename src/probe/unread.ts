/**
 * Why a file could not be read, and what to do about it: what the bundler, the engine or the file itself says, for
 * who wrote the file.
 */
import { readdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { ImportFailure } from './importer.ts';
import { nearest } from './problem.ts';
import type { Oddity } from './written.ts';

/** What a probe's file can import from `vedette`. */
export const exportedNames = ['expect', 'heartbeat', 'http', 'journey', 'landscape', 'secret'];

type Said = Pick<ImportFailure, 'message' | 'mend'>;

/** What the bundler says; `file` is that in which it found something, relative to the probes folder. */
export function sayUnbundled(probesDir: string, file: string, text: string): Said {
  const missing = /^Could not resolve "([^"]*)"/.exec(text)?.[1];
  if (missing !== undefined) return sayUnresolved(probesDir, file, missing);
  const [, from, name] = /^No matching export in "([^"]*)" for import "([^"]*)"/.exec(text) ?? [];
  if (from !== undefined && name !== undefined) {
    return { message: `${from} does not export ${name}`, mend: `export it there, or correct the name` };
  }
  return { message: `it cannot be read: ${text}`, mend: syntaxMend(text) };
}

function syntaxMend(text: string): string {
  const [, wanted, found] = /^Expected "(.+)" but found (.+)$/.exec(text) ?? [];
  if (wanted !== undefined && found !== undefined) return `write ${wanted} before ${found}`;
  const closing = /^Unexpected "([)\]}])"$/.exec(text)?.[1];
  if (closing !== undefined) return `close what is open before ${closing}, or take it away`;
  return text === 'Unexpected end of file' ? 'close what is open' : 'mend the syntax';
}

function sayUnresolved(probesDir: string, file: string, missing: string): Said {
  if (!/^[./]/.test(missing)) {
    const name = missing
      .split('/')
      .slice(0, missing.startsWith('@') ? 2 : 1)
      .join('/');
    return {
      message: `it imports the package ${name}, which is not installed`,
      mend: `npm install ${name}, or correct the name`,
    };
  }
  const meant = nearest(posix.basename(missing), namesIn(join(probesDir, dirname(file), dirname(missing))));
  const path = posix.join(dirname(missing), meant ?? '');
  const mend =
    meant === undefined ? 'correct the path' : `did you mean '${path.startsWith('.') ? path : `./${path}`}'?`;
  return { message: `it imports ${missing}, which is not there`, mend };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What was thrown when a file was imported: `TypeError: …`, or an error's own words. */
export function sayThrown(thrown: string): Said {
  // Some errors explain themselves over many lines; a fault is one.
  const [line = ''] = thrown.split('\n', 1);
  const message = `it cannot be loaded: ${line}`;
  const unknown = /^ReferenceError: (\S+) is not defined$/.exec(thrown)?.[1];
  if (unknown !== undefined && exportedNames.includes(unknown)) {
    return { message: `${unknown} is not imported`, mend: `import it: import { ${unknown}, … } from 'vedette'` };
  }
  if (unknown !== undefined) {
    const mend = `define or import it; what a variant varies is an argument: url: ({ ${unknown} }) => …`;
    return { message: `${unknown} is not defined`, mend };
  }
  const [, from, name] = /requested module '([^']*)' does not provide an export named '([^']*)'/.exec(thrown) ?? [];
  if (from !== undefined && name !== undefined) {
    const meant = from === 'vedette' ? nearest(name, exportedNames) : undefined;
    const mend = meant === undefined ? `correct the name; ${from} has others` : `did you mean ${meant}?`;
    return { message: `${from} does not export ${name}`, mend };
  }
  const gone = /^Cannot find package '([^']*)'/.exec(thrown)?.[1];
  if (gone !== undefined) return sayUnresolved('', '', gone);
  return { message, mend: 'mend what makes it throw: a probe file must load by itself' };
}

/** An export that is no definition. */
export function sayOddity({ export: name, what, names }: Oddity): Said {
  const subject = name === 'default' ? 'its default export' : `its export ${name}`;
  const kind = names.includes('grace')
    ? 'heartbeat'
    : names.includes('url') || names.includes('expect')
      ? 'http'
      : undefined;
  const mend =
    kind === undefined
      ? 'export what http, journey or heartbeat returns'
      : `hand it to ${kind} and export what that returns: export default ${kind}('system/name', { … })`;
  return { message: `${subject} is ${what}, not a probe`, mend };
}
