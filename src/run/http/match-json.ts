/**
 * What a JSON body must satisfy, by JSONPath (RFC 9535).
 */
import { isDeepStrictEqual } from 'node:util';
import { FunctionExpressionType, JSONPathEnvironment, type JSONPathQuery } from 'json-p3';
import { asError } from '../../base/errors.ts';
import type { HttpExpect, JsonMatcher } from '../../probe/definition.ts';
import { compilePattern } from '../../probe/pattern.ts';
import type { Seen, Unmet } from './match.ts';
import { quoted, type Show, written } from './show.ts';

/** Our ending of a path: the length of the one value before it. */
const LENGTH = '.length()';

/** Patterns kept for a path's `match` and `search`; a path may take them from the answer. */
const patternsMax = 100;

/** `match` and `search` of RFC 9535 on RE2: a pattern, or an answer, must not be able to freeze a vantage. */
class LinearPattern {
  readonly argTypes = [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType];
  readonly returnType = FunctionExpressionType.LogicalType;
  readonly #whole: boolean;
  readonly #compiled = new Map<string, ReturnType<typeof compilePattern> | undefined>();

  constructor(whole: boolean) {
    this.#whole = whole;
  }

  call(text: unknown, pattern: unknown): boolean {
    if (typeof text !== 'string' || typeof pattern !== 'string') return false;
    const compiled = this.#of(pattern);
    return compiled !== undefined && (this.#whole ? compiled.testExact(text) : compiled.test(text));
  }

  #of(pattern: string) {
    if (!this.#compiled.has(pattern)) {
      if (this.#compiled.size >= patternsMax) this.#compiled.clear();
      this.#compiled.set(pattern, compileOrNot(pattern));
    }
    return this.#compiled.get(pattern);
  }
}

function compileOrNot(pattern: string) {
  try {
    return compilePattern({ pattern, flags: 'u' });
  } catch {
    // RFC 9535, section 2.4.6: what is no pattern matches nothing.
    return undefined;
  }
}

const environment = new JSONPathEnvironment();
environment.functionRegister.set('match', new LinearPattern(true));
environment.functionRegister.set('search', new LinearPattern(false));

/** Says what is wrong with a value, or nothing. */
type ValueJudge = (value: unknown, show: Show) => string | undefined;

/** Compiles what is expected at each path. */
export function compileJson(expected: HttpExpect['json']): (seen: Seen, show: Show) => Unmet | undefined {
  const judges = Object.entries(expected).map(([path, matcher]) => compilePath(path, matcher));
  return ({ text }, show) => {
    let document: unknown;
    try {
      document = JSON.parse(text());
    } catch {
      const body = text();
      return {
        reason: 'json',
        message: body === '' ? 'the body is empty, expected JSON' : `the body is not JSON: ${quoted(body, show)}`,
      };
    }
    for (const judge of judges) {
      const message = judge(document, show);
      if (message !== undefined) return { reason: 'json', message };
    }
    return undefined;
  };
}

function compilePath(path: string, matcher: JsonMatcher): ValueJudge {
  const measured = path.endsWith(LENGTH);
  const query = environment.compile(measured ? path.slice(0, -LENGTH.length) : path);
  const judge = compileValue(matcher);
  return (document, show) => {
    const found = valuesAt(query, document);
    if (typeof found === 'string') return `${path}: ${found}`;
    const values = measured ? lengthOf(found) : found;
    if (typeof values === 'string') return `${path} has no length: ${values}`;
    if (values.length === 0)
      return matcher.exists === false ? undefined : `${path} is not there${missing(judge, show)}`;
    if (matcher.exists === false) return `${path} is ${show(text(values[0]))}, expected not to be there`;
    // Where a path finds several values, all must be right.
    for (const value of values) {
      const wrong = judge(value, show);
      if (wrong !== undefined) return `${path} is ${show(text(value))}, expected ${wrong}`;
    }
    return undefined;
  };
}

/** What a value that is not there should have been; nothing where its being there was all. */
function missing(judge: ValueJudge, show: Show): string {
  const expected = judge(undefined, show);
  return expected === undefined ? '' : `, expected ${expected}`;
}

function valuesAt(query: JSONPathQuery, document: unknown): readonly unknown[] | string {
  try {
    return query.query(document as Parameters<JSONPathQuery['query']>[0]).values();
  } catch (thrown) {
    // A document nested deeper than the engine goes.
    return asError(thrown).message;
  }
}

function lengthOf(values: readonly unknown[]): readonly number[] | string {
  const [value] = values;
  if (values.length === 0) return [];
  if (values.length > 1) return `it is ${values.length} values`;
  if (Array.isArray(value)) return [value.length];
  if (typeof value === 'string') return [[...value].length];
  if (typeof value === 'object' && value !== null) return [Object.keys(value).length];
  return `it is ${text(value)}`;
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function compileValue({ equals, not, atLeast, atMost, contains, matches }: JsonMatcher): ValueJudge {
  const judges: ValueJudge[] = [];
  const add = (fits: (value: unknown) => boolean, expected: (show: Show) => string) =>
    judges.push((value, show) => (fits(value) ? undefined : expected(show)));
  if (equals !== undefined)
    add(
      (value) => isDeepStrictEqual(value, equals),
      (show) => show(text(equals)),
    );
  if (not !== undefined)
    add(
      (value) => !isDeepStrictEqual(value, not),
      (show) => `anything but ${show(text(not))}`,
    );
  if (atLeast !== undefined)
    add(
      (value) => typeof value === 'number' && value >= atLeast,
      () => `at least ${atLeast}`,
    );
  if (atMost !== undefined)
    add(
      (value) => typeof value === 'number' && value <= atMost,
      () => `at most ${atMost}`,
    );
  if (contains !== undefined)
    add(
      (value) => holds(value, contains),
      (show) => `to contain ${show(text(contains))}`,
    );
  if (matches !== undefined) {
    const compiled = compilePattern(matches);
    add(
      (value) => typeof value === 'string' && compiled.test(value),
      () => `to match ${written(matches)}`,
    );
  }
  return (value, show) => {
    for (const judge of judges) {
      const wrong = judge(value, show);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

/** Whether a text holds a piece, a list an element, an object all members of another. */
function holds(value: unknown, wanted: unknown): boolean {
  if (typeof value === 'string') return typeof wanted === 'string' && value.includes(wanted);
  if (Array.isArray(value)) return value.some((one) => isDeepStrictEqual(one, wanted));
  if (typeof value !== 'object' || value === null || typeof wanted !== 'object' || wanted === null) return false;
  const members = value as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(
    ([name, one]) => Object.hasOwn(members, name) && isDeepStrictEqual(members[name], one),
  );
}
