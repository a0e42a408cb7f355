/**
 * Regular expressions of probes, on a linear-time engine: no pattern can freeze a vantage.
 */
import { RE2JS } from 're2js';
import type { Pattern } from '../../probe/definition.ts';

const FLAGS: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  // The engine always reads text as code points.
  u: 0,
};

/**
 * A function that says whether the pattern is found anywhere in a text.
 * @throws Error when the engine has no such construct (look-around, back-references) or the flag is unknown.
 */
export function compilePattern({ pattern, flags }: Pattern): (text: string) => boolean {
  let bits = 0;
  for (const flag of flags) {
    const bit = FLAGS[flag];
    if (bit === undefined) throw new Error(`the flag ${flag} of ${showPattern({ pattern, flags })} is not supported`);
    bits |= bit;
  }
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), bits);
  return (text) => compiled.test(text);
}

/** The pattern as its author wrote it. */
export function showPattern({ pattern, flags }: Pattern): string {
  return `/${pattern}/${flags}`;
}

/** Distinct patterns kept by {@link fullMatch} and {@link partMatch}; beyond it all are compiled anew. */
const patternsMax = 500;
const cache = new Map<string, RE2JS | undefined>();

/** For JSONPath's `match()`: the whole text. A pattern that cannot be compiled matches nothing (RFC 9535, 2.4.6). */
export function fullMatch(text: unknown, pattern: unknown): boolean {
  return typeof text === 'string' && (cached(pattern)?.testExact(text) ?? false);
}

/** For JSONPath's `search()`: any part of the text. */
export function partMatch(text: unknown, pattern: unknown): boolean {
  return typeof text === 'string' && (cached(pattern)?.test(text) ?? false);
}

function cached(pattern: unknown): RE2JS | undefined {
  if (typeof pattern !== 'string') return undefined;
  if (!cache.has(pattern)) {
    if (cache.size >= patternsMax) cache.clear();
    cache.set(pattern, tryCompile(pattern));
  }
  return cache.get(pattern);
}

function tryCompile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    return undefined;
  }
}
