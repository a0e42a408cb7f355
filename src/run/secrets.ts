/**
 * Secrets as references: a probe says `{{secret:NAME}}`, the vantage puts the value there at the moment of the
 * run, and nothing that is written down ever holds it.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretLookup } from './engine.ts';

/** A secret file larger than this is not read, bytes. */
export const secretBytesMax = 64 * 1024;

const NAME = /^[A-Z][A-Z0-9_]*$/;

// A placeholder that went through URL or URLSearchParams arrives percent-encoded; it is the same reference.
const PLACEHOLDER = /(?:\{\{secret:|(%7[Bb]%7[Bb]secret(?::|%3[Aa])))([A-Z][A-Z0-9_]*)(?:\}\}|%7[Dd]%7[Dd])/g;

/**
 * Looks secrets up at this vantage: the environment first, then a file named as the secret in `dir`, whose last
 * line break does not count. Files are read anew each time, so a rotated secret is in force at the next run. An
 * empty value counts as not there. Only names such as `SHOP_PASSWORD` are looked up, so no name leaves `dir`.
 */
export function createSecretLookup(env: Readonly<Record<string, string | undefined>>, dir?: string): SecretLookup {
  return (name) => {
    if (!NAME.test(name)) return undefined;
    const given = Object.hasOwn(env, name) ? env[name] : undefined;
    if (given !== undefined && given !== '') return given;
    return dir === undefined ? undefined : readSecretFile(join(dir, name));
  };
}

function readSecretFile(path: string): string | undefined {
  try {
    const { size } = statSync(path);
    if (size > secretBytesMax) return undefined;
    const value = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return value === '' ? undefined : value;
  } catch {
    // Absent, unreadable or a folder: all the same to the run, which says that the secret is not there.
    return undefined;
  }
}

/** Names of the secrets that a text refers to, each once, in order of appearance. */
export function secretNamesIn(text: string): string[] {
  if (!text.includes('secret')) return [];
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[2] ?? ''))];
}

/** How a value is written where its placeholder stood. */
export type SecretEncoding = 'raw' | 'percent' | 'json';

const encode: Record<SecretEncoding, (value: string) => string> = {
  raw: (value) => value,
  percent: encodeURIComponent,
  json: (value) => JSON.stringify(value).slice(1, -1),
};

/**
 * Puts values where placeholders stand, and returns them too, for the redactor. `encoding` is how the place
 * wants them: `percent` in a URL or a form, `json` inside a JSON document's strings, `raw` in a header and
 * everywhere else. A placeholder that is itself percent-encoded gets its value percent-encoded whatever the place.
 * @returns `missing` with the name of the first secret that is not there.
 */
export function fillSecrets(
  text: string,
  lookup: SecretLookup,
  encoding: SecretEncoding = 'raw',
): { text: string; values: string[] } | { missing: string } {
  if (!text.includes('secret')) return { text, values: [] };
  const found = new Map<string, string>();
  for (const name of secretNamesIn(text)) {
    const value = lookup(name);
    if (value === undefined) return { missing: name };
    found.set(name, value);
  }
  const filled = text.replace(PLACEHOLDER, (_whole, encoded: string | undefined, name: string) =>
    encode[encoded === undefined ? encoding : 'percent'](found.get(name) ?? ''),
  );
  return { text: filled, values: [...found.values()] };
}
