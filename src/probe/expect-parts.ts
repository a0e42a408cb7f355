/**
 * Parts that expectations of texts and of JSON have in common.
 */
import type { Pattern } from './definition.ts';
import { matchersMax, patternCharsMax } from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { patternOf } from './pattern.ts';
import { show } from './problem.ts';

/** An expression that was written as a text. */
export const EXPRESSION = /^\/.+\/[a-z]*$/;

/** The options of an option, of which there may be only so many. */
export function bounded(reader: OptionReader, name: string): OptionReader | undefined {
  const inner = reader.inner(name);
  const count = inner?.keys().length ?? 0;
  if (count > matchersMax) reader.fault(name, `${reader.label(name)} holds ${count}`, `keep to at most ${matchersMax}`);
  return inner;
}

/** A value, or a list of them. */
export function several(reader: OptionReader, name: string): readonly unknown[] {
  const value = reader.get(name);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length <= matchersMax) return list;
  return reader.fault(name, `${reader.label(name)} holds ${list.length}`, `keep to at most ${matchersMax}`) ?? [];
}

export function readPatterns(reader: OptionReader, name: string): readonly Pattern[] {
  return several(reader, name).flatMap((one) => readPattern(reader, name, one) ?? []);
}

export function readPattern(reader: OptionReader, name: string, value: unknown): Pattern | undefined {
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
