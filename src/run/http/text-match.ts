/**
 * What a header or a body must satisfy, compiled once.
 */
import type { Pattern, TextMatcher } from '../../probe/definition.ts';
import { compilePattern, showPattern } from './pattern.ts';

/** Says what was expected of a text and did not hold; `undefined` when all holds. */
export type TextTest = (text: string) => string | undefined;

/** @throws Error for a pattern that cannot be compiled. */
export function compileText(matcher: TextMatcher): TextTest {
  const tests: TextTest[] = [];
  const want = (holds: (text: string) => boolean, expected: string): void => {
    tests.push((text) => (holds(text) ? undefined : expected));
  };
  const { equals, not } = matcher;
  if (equals !== undefined) want((text) => text === equals, JSON.stringify(equals));
  for (const part of matcher.contains ?? []) want((text) => text.includes(part), `to contain ${JSON.stringify(part)}`);
  for (const part of not?.contains ?? []) {
    want((text) => !text.includes(part), `not to contain ${JSON.stringify(part)}`);
  }
  for (const [pattern, test] of compiled(matcher.matches)) want(test, `to match ${showPattern(pattern)}`);
  for (const [pattern, test] of compiled(not?.matches)) {
    want((text) => !test(text), `not to match ${showPattern(pattern)}`);
  }
  return (text) => {
    for (const test of tests) {
      const unmet = test(text);
      if (unmet !== undefined) return unmet;
    }
    return undefined;
  };
}

function compiled(patterns: readonly Pattern[] = []): [Pattern, (text: string) => boolean][] {
  return patterns.map((pattern) => [pattern, compilePattern(pattern)]);
}
