/**
 * `variants` of a definition → every combination of their values, in the order in which they are written.
 */
import type { Variant } from './definition.ts';
import { axesMax, valuesPerAxisMax, variantsPerProbeMax, variantValueCharsMax } from './limits.ts';
import { isRecord } from './option-reader.ts';
import { type Problem, show } from './problem.ts';

const AXIS = /^[a-zA-Z][a-zA-Z0-9_]{0,31}$/;
// They become parts of a check's id and values of a metric's label.
const VALUE = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

/** All variants, or what is wrong. A probe without `variants` has one, without values. */
export function expandVariants(axes: unknown): { variants: readonly Variant[]; problems: readonly Problem[] } {
  if (axes === undefined) return { variants: [{ key: '', values: {} }], problems: [] };
  if (!isRecord(axes)) {
    const mend = "write an object of lists, such as { market: ['de', 'fr'] }";
    return { variants: [], problems: [{ path: ['variants'], message: `variants is ${show(axes)}`, mend }] };
  }
  const entries = Object.entries(axes);
  const each = entries.flatMap(([name, values]) => problemsOfAxis(name, values));
  const problems = each.length > 0 ? each : problemsOfAll(entries);
  if (problems.length > 0) return { variants: [], problems };
  let variants: Record<string, string>[] = [{}];
  for (const [name, values] of entries as [string, readonly string[]][]) {
    variants = variants.flatMap((before) => values.map((value) => ({ ...before, [name]: value })));
  }
  return { variants: variants.map((values) => ({ key: Object.values(values).join(','), values })), problems };
}

function problemsOfAll(entries: readonly [string, unknown][]): Problem[] {
  const problem = (message: string, mend: string): Problem[] => [{ path: ['variants'], message, mend }];
  if (entries.length === 0) return problem('variants names nothing to vary', 'remove it, or name lists of values');
  if (entries.length > axesMax) return problem(`variants has ${entries.length} names`, `keep to at most ${axesMax}`);
  const count = entries.reduce((product, [, values]) => product * (Array.isArray(values) ? values.length : 1), 1);
  if (count <= variantsPerProbeMax) return [];
  return problem(
    `variants make ${count} combinations, more than ${variantsPerProbeMax}`,
    'vary fewer things at a time, or split the probe',
  );
}

function listMend(values: unknown): string {
  return typeof values === 'string' ? `write a list: [${show(values)}]` : "write its values out: ['de', 'fr']";
}

function problemsOfAxis(name: string, values: unknown): Problem[] {
  const problem = (message: string, mend: string): Problem[] => [{ path: ['variants', name], message, mend }];
  if (!AXIS.test(name)) {
    return problem(`variants.${name} is no name for a variant`, 'use at most 32 letters, digits and _, a letter first');
  }
  if (!Array.isArray(values)) {
    return problem(`variants.${name} is ${show(values)}, not a list`, listMend(values));
  }
  if (values.length === 0)
    return problem(`variants.${name} is empty, so nothing would run`, 'give it a value at least');
  if (values.length > valuesPerAxisMax) {
    return problem(`variants.${name} has ${values.length} values`, `write at most ${valuesPerAxisMax}`);
  }
  const wrong = values.find((v) => typeof v !== 'string' || v.length > variantValueCharsMax || !VALUE.test(v));
  if (wrong !== undefined || values.includes(undefined)) {
    const mend = `use texts of at most ${variantValueCharsMax} letters, digits, '.', '_' and '-'`;
    const at = typeof wrong === 'string' ? [wrong] : [];
    return [{ path: ['variants', name, ...at], message: `variants.${name} holds ${show(wrong)}`, mend }];
  }
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  return twice === undefined ? [] : problem(`variants.${name} holds ${show(twice)} twice`, 'write each value once');
}
