/**
 * What the JSON of an answer must satisfy: written options → matchers as data.
 */
import { compile } from 'json-p3';
import { asError } from '../base/errors.ts';
import type { HttpExpect, JsonMatcher } from './definition.ts';
import { bounded, readPattern } from './expect-parts.ts';
import { oddInJson } from './json-value.ts';
import { textCharsMax } from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { isUnsendable, show, suggest } from './problem.ts';

const MATCHERS = ['equals', 'not', 'atLeast', 'atMost', 'contains', 'matches', 'exists'];

/** What other tools call them. */
const synonyms: Readonly<Record<string, string>> = {
  min: 'atLeast',
  gte: 'atLeast',
  max: 'atMost',
  lte: 'atMost',
  eq: 'equals',
  equal: 'equals',
  is: 'equals',
  toBe: 'equals',
  match: 'matches',
  regex: 'matches',
  pattern: 'matches',
  includes: 'contains',
};

/** The option `json`: matchers by JSONPath. */
export function readJson(reader: OptionReader): HttpExpect['json'] {
  const inner = bounded(reader, 'json');
  inner?.refuseBlanks();
  const entries = (inner?.keys() ?? []).map((path) => {
    // `.length()` is ours: the rest is the path of RFC 9535.
    const wrong = wrongPath(path.replace(/\.length\(\)$/, ''));
    if (wrong !== undefined) inner?.fault(path, `'${path}' is no JSONPath: ${wrong}`, pathMend(path));
    return [path, inner === undefined ? {} : readJsonMatcher(inner, path)] as const;
  });
  return Object.fromEntries(entries);
}

function pathMend(path: string): string {
  const rooted = `$${/^[.[]/.test(path) ? '' : '.'}${path}`;
  return !path.startsWith('$') && wrongPath(rooted.replace(/\.length\(\)$/, '')) === undefined
    ? `write '${rooted}'`
    : "write one such as '$.items[0].price' or '$.items.length()'";
}

function wrongPath(path: string): string | undefined {
  if (!path.startsWith('$')) return 'it must begin with $';
  try {
    compile(path);
    return undefined;
  } catch (error) {
    return asError(error).message;
  }
}

function readJsonMatcher(reader: OptionReader, path: string): JsonMatcher {
  const value = reader.get(path);
  if (value instanceof RegExp) {
    const matches = readPattern(reader, path, value);
    return matches === undefined ? {} : { matches };
  }
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
    const equals = readValue(reader, path);
    return equals === undefined ? {} : { equals };
  }
  if (Array.isArray(value) || isUnsendable(value)) {
    const mend = isUnsendable(value) ? 'write what JSON has' : `write { equals: ${show(value)} } for the whole list`;
    return reader.fault(path, `'${path}' is compared with ${show(value)}`, mend) ?? {};
  }
  const inner = reader.inner(path);
  if (inner === undefined) return {};
  inner.known(MATCHERS, (one) => {
    const meant = synonyms[one];
    return meant === undefined ? suggest(one, MATCHERS, 'remove it') : `it is called ${meant} here`;
  });
  inner.refuseBlanks();
  if (Object.keys(value ?? {}).length === 0)
    reader.fault(path, `'${path}' expects nothing`, `use ${MATCHERS.join(', ')}`);
  const any = { min: -Number.MAX_VALUE, max: Number.MAX_VALUE };
  const matches = inner.has('matches') ? readPattern(inner, 'matches', inner.get('matches')) : undefined;
  const parts = {
    equals: readValue(inner, 'equals'),
    not: readValue(inner, 'not'),
    atLeast: inner.number('atLeast', any),
    atMost: inner.number('atMost', any),
    contains: readValue(inner, 'contains'),
    matches,
    exists: inner.flag('exists'),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

function readValue(reader: OptionReader, name: string): JsonMatcher['equals'] {
  const value = reader.get(name);
  if (value === undefined) return undefined;
  const odd = oddInJson(value);
  if (odd !== undefined) return reader.fault(name, `${reader.label(name)} holds ${odd}`, 'write what JSON has');
  const text = JSON.stringify(value);
  if (text.length > textCharsMax || text.includes('{{secret:')) {
    const message = `${reader.label(name)} ${text.length > textCharsMax ? 'is too large' : 'holds a secret'}`;
    return reader.fault(name, message, 'compare with something small that is no secret');
  }
  return JSON.parse(text) as NonNullable<JsonMatcher['equals']>;
}
