/**
 * What the value at a JSONPath must satisfy, compiled once. The path runs without `eval`, its regular
 * expressions on the linear-time engine.
 */
import { isDeepStrictEqual } from 'node:util';
import { FunctionExpressionType, JSONPathEnvironment } from 'json-p3';
import type { Json, JsonMatcher } from '../../probe/definition.ts';
import { compilePattern, fullMatch, partMatch, showPattern } from './pattern.ts';

/** What did not hold: expected and seen; `undefined` when all holds. `show` writes a value for people. */
export type JsonTest = (document: Json, show: (value: unknown) => string) => string | undefined;

const environment = new JSONPathEnvironment();
const text = [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType];
const returnType = FunctionExpressionType.LogicalType;
environment.functionRegister.set('match', { argTypes: text, returnType, call: fullMatch });
environment.functionRegister.set('search', { argTypes: text, returnType, call: partMatch });

const LENGTH = '.length()';

/**
 * Several values at one path must each satisfy the matcher. No value satisfies only `exists: false`.
 * @throws Error for a path or a pattern that cannot be compiled.
 */
export function compileJson(path: string, matcher: JsonMatcher): JsonTest {
  const find = compilePath(path);
  const tests = valueTests(matcher);
  const { exists = true } = matcher;
  return (document, show) => {
    const found = find(document);
    if (!exists) return found.length === 0 ? undefined : `${path} is ${show(found[0])}, expected nothing there`;
    if (found.length === 0) return `${path} is not there, expected ${tests[0]?.expected ?? 'a value'}`;
    for (const value of found) {
      const unmet = tests.find((test) => !test.holds(value));
      if (unmet !== undefined) return `${path} is ${show(value)}, expected ${unmet.expected}`;
    }
    return undefined;
  };
}

function compilePath(path: string): (document: Json) => Json[] {
  const ofLength = path.endsWith(LENGTH);
  const query = environment.compile(ofLength ? path.slice(0, -LENGTH.length) : path);
  return (document) => {
    // Values of a parsed JSON document are JSON, whatever wider type the library gives them.
    const values = query.query(document as Parameters<typeof query.query>[0]).values() as Json[];
    if (!ofLength) return values;
    const length = values.length === 1 ? lengthOf(values[0]) : undefined;
    return length === undefined ? [] : [length];
  };
}

function lengthOf(value: Json | undefined): number | undefined {
  // Characters as RFC 9535 counts them, not UTF-16 units.
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined;
}

interface ValueTest {
  readonly expected: string;
  readonly holds: (value: Json) => boolean;
}

function valueTests({ equals, not, atLeast, atMost, contains, matches }: JsonMatcher): ValueTest[] {
  const tests: ValueTest[] = [];
  const want = (expected: string, holds: ValueTest['holds']): void => {
    tests.push({ expected, holds });
  };
  if (equals !== undefined) want(JSON.stringify(equals), (value) => isDeepStrictEqual(value, equals));
  if (not !== undefined) want(`anything but ${JSON.stringify(not)}`, (value) => !isDeepStrictEqual(value, not));
  if (atLeast !== undefined) want(`at least ${atLeast}`, (value) => typeof value === 'number' && value >= atLeast);
  if (atMost !== undefined) want(`at most ${atMost}`, (value) => typeof value === 'number' && value <= atMost);
  if (contains !== undefined) want(`to contain ${JSON.stringify(contains)}`, (value) => holdsPart(value, contains));
  if (matches !== undefined) {
    const test = compilePattern(matches);
    want(`to match ${showPattern(matches)}`, (value) => typeof value === 'string' && test(value));
  }
  return tests;
}

function holdsPart(value: Json, part: Json): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  return Array.isArray(value) && value.some((item) => isDeepStrictEqual(item, part));
}
