/**
 * What an answer must satisfy: written options → matchers as data.
 */
import { compile } from 'json-p3';
import { asError } from '../base/errors.ts';
import type { HttpExpect, JsonMatcher, Pattern, TextMatcher } from './definition.ts';
import { oddInJson } from './json-value.ts';
import { certificateDaysMax, matchersMax, patternCharsMax, textCharsMax } from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { patternOf } from './pattern.ts';
import { isUnsendable, show, suggest } from './problem.ts';

type Status = HttpExpect['status'][number];

const EXPECT = ['status', 'header', 'body', 'json', 'certificateDays'];
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
/** An expression that was written as a text. */
const EXPRESSION = /^\/.+\/[a-z]*$/;
const MATCHERS = ['equals', 'not', 'atLeast', 'atMost', 'contains', 'matches', 'exists'];

/** Headers whose values are never paths, so that `'/json/'` can only be an expression in quotes. */
const PATHLESS = ['content-type', 'content-encoding', 'content-language', 'cache-control', 'server', 'vary', 'etag'];

export function resolveExpect(reader: OptionReader, method: string): HttpExpect {
  const given = reader.get('expect');
  if (isStatus(given)) {
    reader.fault('expect', `expect is ${show(given)}`, `write expect: { status: ${show(given)} }`);
    return { status: ['2xx'], header: {}, json: {} };
  }
  const inner = reader.inner('expect');
  if (inner === undefined) return { status: ['2xx'], header: {}, json: {} };
  inner.known(EXPECT);
  if (method === 'HEAD') {
    for (const name of ['body', 'json'].filter((one) => inner.has(one))) {
      inner.fault(name, `expect.${name} can never hold: the answer to HEAD has no body`, 'use GET, or leave it out');
    }
  }
  const body = inner.has('body') ? readText(inner, 'body', ['contains', 'matches', 'not']) : undefined;
  const certificateDays = inner.whole('certificateDays', { min: 1, max: certificateDaysMax });
  return {
    status: readStatus(inner),
    header: readHeader(inner),
    ...(body === undefined ? {} : { body }),
    json: readJson(inner),
    ...(certificateDays === undefined ? {} : { certificateDays }),
  };
}

function readStatus(reader: OptionReader): HttpExpect['status'] {
  if (!reader.has('status')) return ['2xx'];
  const value = reader.get('status');
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.length <= matchersMax && list.every(isStatus)) return [...new Set(list)];
  const number = list.length === 1 && isStatus(Number(list[0])) ? Number(list[0]) : undefined;
  const mend =
    number === undefined
      ? "write a status from 100 to 599, a class such as '2xx', or a list of these"
      : `write the number: ${number}`;
  return reader.fault('status', `expect.status is ${show(value)}`, mend) ?? [];
}

function isStatus(value: unknown): value is Status {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 100 && value <= 599;
  return typeof value === 'string' && /^[1-5]xx$/.test(value);
}

function readHeader(reader: OptionReader): HttpExpect['header'] {
  const inner = bounded(reader, 'header');
  inner?.refuseBlanks();
  const entries = (inner?.keys() ?? []).map((name) => {
    const matcher = inner === undefined ? {} : readText(inner, name, ['equals', 'contains', 'matches', 'not']);
    return [name.toLowerCase(), matcher] as const;
  });
  return Object.fromEntries(entries);
}

function bounded(reader: OptionReader, name: string): OptionReader | undefined {
  const inner = reader.inner(name);
  const count = inner?.keys().length ?? 0;
  if (count > matchersMax) reader.fault(name, `${reader.label(name)} holds ${count}`, `keep to at most ${matchersMax}`);
  return inner;
}

/** A text's matcher: an expression, an object of the options given, or, where `equals` is one of them, a text. */
function readText(reader: OptionReader, name: string, options: readonly string[]): TextMatcher {
  const value = reader.get(name);
  if (value instanceof RegExp) return { matches: readPatterns(reader, name) };
  if (typeof value === 'string') {
    const equals = reader.text(name);
    if (PATHLESS.includes(name.toLowerCase()) && EXPRESSION.test(value)) {
      const message = `${reader.label(name)} is the text ${show(value)}`;
      return reader.fault(name, message, `write the expression without quotes: ${value}`) ?? {};
    }
    if (options.includes('equals')) return equals === undefined ? {} : { equals };
    const mend = 'write { contains: … }, or an expression: /…/';
    return reader.fault(name, `${reader.label(name)} is ${show(value)}`, mend) ?? {};
  }
  const inner = reader.inner(name);
  if (inner === undefined) return {};
  inner.known(options);
  inner.refuseBlanks();
  if (Object.keys(value ?? {}).length === 0) {
    reader.fault(name, `${reader.label(name)} expects nothing`, `use ${options.join(', ')}`);
  }
  const equals = inner.text('equals');
  const not = inner.has('not') ? readNot(inner) : undefined;
  return { ...(equals === undefined ? {} : { equals }), ...readParts(inner), ...(not === undefined ? {} : { not }) };
}

function readNot(reader: OptionReader): NonNullable<TextMatcher['not']> {
  const value = reader.get('not');
  if (value instanceof RegExp) return { matches: readPatterns(reader, 'not') };
  if (typeof value === 'string') return { contains: readContains(reader, 'not') };
  const inner = reader.inner('not');
  inner?.known(['contains', 'matches']);
  return inner === undefined ? {} : readParts(inner);
}

function readParts(reader: OptionReader): Pick<TextMatcher, 'contains' | 'matches'> {
  return {
    ...(reader.has('contains') ? { contains: readContains(reader, 'contains') } : {}),
    ...(reader.has('matches') ? { matches: readPatterns(reader, 'matches') } : {}),
  };
}

function readContains(reader: OptionReader, name: string): readonly string[] {
  const list = several(reader, name);
  const odd = list.find((one) => typeof one !== 'string' || one === '' || one.length > textCharsMax);
  if (odd !== undefined || list.length === 0) {
    return (
      reader.fault(
        name,
        `${reader.label(name)} is ${show(odd)}`,
        'write a text that is not empty, or a list of them',
      ) ?? []
    );
  }
  if (list.some((one) => String(one).includes('{{secret:'))) {
    const mend = 'expect something that is no secret';
    return reader.fault(name, `${reader.label(name)} holds a secret, which is never filled in there`, mend) ?? [];
  }
  return list.map(String);
}

function several(reader: OptionReader, name: string): readonly unknown[] {
  const value = reader.get(name);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length <= matchersMax) return list;
  return reader.fault(name, `${reader.label(name)} holds ${list.length}`, `keep to at most ${matchersMax}`) ?? [];
}

function readPatterns(reader: OptionReader, name: string): readonly Pattern[] {
  return several(reader, name).flatMap((one) => readPattern(reader, name, one) ?? []);
}

function readPattern(reader: OptionReader, name: string, value: unknown): Pattern | undefined {
  if (!(value instanceof RegExp) || value.source.length > patternCharsMax) {
    const mend =
      typeof value === 'string' && value.length < 60 && !value.includes('\n')
        ? `write it as an expression, without quotes: ${EXPRESSION.test(value) ? value : `/${value.replaceAll('/', '\\/')}/`}`
        : `write an expression of at most ${patternCharsMax} characters: /…/`;
    return reader.fault(name, `${reader.label(name)} is ${show(value)}`, mend);
  }
  const read = patternOf(value);
  return 'pattern' in read ? read.pattern : reader.fault(name, read.message, read.mend);
}

function readJson(reader: OptionReader): HttpExpect['json'] {
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
