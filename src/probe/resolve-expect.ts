/**
 * What an answer must satisfy: written options → matchers as data.
 */
import type { HttpExpect, TextMatcher } from './definition.ts';
import { readJson } from './expect-json.ts';
import { bounded, EXPRESSION, readPatterns, several } from './expect-parts.ts';
import { certificateDaysMax, matchersMax, textCharsMax } from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { show } from './problem.ts';

type Status = HttpExpect['status'][number];

const EXPECT = ['status', 'header', 'body', 'json', 'certificateDays'];

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
  inner?.refuseBlanks();
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
