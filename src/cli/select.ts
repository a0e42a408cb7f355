/**
 * Which checks a person means: by file, folder, probe id, the beginning of one, or the id of a check.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Check, checkId, type Probe } from '../probe/definition.ts';
import { nearest } from '../probe/problem.ts';

/** What is chosen from. */
export interface Choice {
  readonly probes: readonly Probe[];
  /** Absolute. */
  readonly probesDir: string;
  /** Against which paths are read. */
  readonly cwd: string;
}

/** Which checks of the chosen probes. */
export interface Narrowing {
  /** Name of a vantage; `undefined`: from here, whatever vantages the probe has. */
  readonly vantage?: string | undefined;
  /** Key of a variant. */
  readonly variant?: string | undefined;
}

/** The vantage of a run that is made without one; no vantage of a landscape can have this name. */
export const HERE = '(here)';

/** What was chosen, each check once, in the order of the probes; and selectors that matched nothing, with what to do. */
export interface Selection {
  readonly checks: readonly Check[];
  readonly unmatched: readonly { readonly selector: string; readonly mend: string }[];
}

/** Everything, where no selector is given. */
export function select(choice: Choice, selectors: readonly string[], narrowing: Narrowing = {}): Selection {
  const checks = new Map<string, Check>();
  const unmatched: { selector: string; mend: string }[] = [];
  for (const selector of selectors.length === 0 ? [choice.probesDir] : selectors) {
    const found = checksFor(choice, selector, narrowing);
    for (const check of found) checks.set(check.id, check);
    if (found.length === 0) unmatched.push({ selector, mend: mendOf(choice, selector) });
  }
  const order = new Map(choice.probes.map((probe, index) => [probe.id, index]));
  const place = (check: Check) => order.get(check.probe.id) ?? 0;
  return { checks: [...checks.values()].sort((a, b) => place(a) - place(b)), unmatched };
}

/** Path of a selector from the probes folder, `''` for the folder itself; `undefined` when it lies outside. */
export function pathFromProbes({ probesDir, cwd }: Omit<Choice, 'probes'>, selector: string): string | undefined {
  const path = relative(probesDir, resolve(cwd, selector));
  return path.startsWith('..') || isAbsolute(path) ? undefined : path.split(sep).join('/');
}

function partsOf(selector: string): { id: string; variant: string | undefined; vantage: string | undefined } {
  const parts = /^(?<id>[^[@]+)(?:\[(?<variant>[^\]]*)\])?(?:@(?<vantage>.+))?$/.exec(selector)?.groups;
  return { id: (parts?.id ?? selector).replace(/\/$/, ''), variant: parts?.variant, vantage: parts?.vantage };
}

function matcher(choice: Choice, id: string, selector: string): (probe: Probe) => boolean {
  const path = pathFromProbes(choice, selector);
  return (probe) =>
    probe.id === id ||
    probe.id.startsWith(`${id}/`) ||
    (path !== undefined && (path === '' || probe.source.file === path || probe.source.file.startsWith(`${path}/`)));
}

function checksFor(choice: Choice, selector: string, narrowing: Narrowing): Check[] {
  const { id, variant, vantage } = partsOf(selector);
  return choice.probes
    .filter(matcher(choice, id, selector))
    .flatMap((probe) => checksAt(probe, narrowing.variant ?? variant, narrowing.vantage ?? vantage));
}

function checksAt(probe: Probe, variantKey: string | undefined, vantage: string | undefined): Check[] {
  if (vantage !== undefined && !probe.from.includes(vantage)) return [];
  const at = vantage ?? HERE;
  return probe.variants
    .filter(({ key }) => variantKey === undefined || key === variantKey)
    .map((variant) => ({ id: checkId(probe.id, variant.key, at), probe, variant, vantage: at }));
}

/** What to do about a selector that matched nothing: names close to it, or the variants and vantages that there are. */
function mendOf(choice: Choice, selector: string): string {
  const probes = choice.probes.filter(matcher(choice, partsOf(selector).id, selector));
  if (probes.length > 0) {
    const variants = [...new Set(probes.flatMap((probe) => probe.variants.map(({ key }) => key)))].filter(
      (key) => key !== '',
    );
    const vantages = [...new Set(probes.flatMap((probe) => probe.from))];
    return `it has ${variants.length === 0 ? 'no variants' : `the variants ${variants.join(', ')}`} and the vantages ${vantages.join(', ')}`;
  }
  if (choice.probes.length === 0) return 'there are no probes at all';
  const names = choice.probes.flatMap(({ id, source }) => [
    [id, id],
    [source.file, source.file],
    // The last part alone is what people remember.
    [id.slice(id.lastIndexOf('/') + 1), id],
  ]) as [string, string][];
  const near = nearest(
    selector,
    names.map(([name]) => name),
  );
  const meant = names.find(([name]) => name === near)?.[1];
  return meant === undefined ? 'vedette validate counts what there is' : `did you mean ${meant}?`;
}
