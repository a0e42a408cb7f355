/**
 * Regular expressions of probes: they run on RE2, in linear time, so that no pattern can freeze a vantage.
 */
import { RE2JS } from 're2js';
import type { Pattern } from './definition.ts';

const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  u: 0,
};

/**
 * Compiles a pattern as it will be run.
 * @throws when RE2 has no such thing: lookahead, lookbehind, backreferences
 */
export function compilePattern({ pattern, flags }: Pattern): RE2JS {
  const bits = [...flags].reduce((sum, flag) => sum | (FLAGS[flag] ?? 0), 0);
  return RE2JS.compile(RE2JS.translateRegExp(pattern), bits);
}

/** A regular expression of an author's as data, or why it cannot be used. `g` means nothing here and goes. */
export function patternOf(expression: RegExp): { pattern: Pattern } | { message: string; mend: string } {
  const flags = expression.flags.replace('g', '');
  const odd = [...flags].find((flag) => !(flag in FLAGS));
  if (odd !== undefined) {
    return { message: `${String(expression)} has the flag '${odd}'`, mend: 'use no flags but i, m, s and u' };
  }
  const pattern = { pattern: expression.source, flags };
  try {
    compilePattern(pattern);
    return { pattern };
  } catch {
    return {
      message: `${String(expression)} cannot run in linear time (RE2)`,
      mend: 'write it without lookahead, lookbehind and backreferences',
    };
  }
}
