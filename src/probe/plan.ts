/**
 * Probes → plan, and what stays in force where a file is broken. Pure.
 */
import { createHash } from 'node:crypto';
import { INBOX, type Landscape, type Plan, type Probe } from './definition.ts';
import { deepFreeze } from './frozen.ts';
import type { Loaded } from './load.ts';

// Enough that two plans of one project never meet by chance, short enough to be read aloud.
const versionDigits = 16;

/**
 * The plan of these probes. Its version is the same whatever the order of the probes and whatever lines they stand
 * in: a comment makes no new plan.
 */
export function makePlan(landscape: Landscape, probes: readonly Probe[]): Plan {
  const sorted = [...probes].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const { project } = landscape;
  const hashed = sorted.map(({ source, ...rest }) => ({ ...rest, source: source.file }));
  const text = canonicalJson({ format: 1, project, landscape, probes: hashed });
  const version = createHash('sha256').update(text).digest('hex').slice(0, versionDigits);
  return deepFreeze({ format: 1, project, version, landscape, probes: sorted });
}

/** JSON with sorted names, so that equal values have equal texts. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** A probe that stays as it was, because its file is broken. */
export interface Kept {
  readonly probe: string;
  /** Relative to the probes folder. */
  readonly file: string;
}

/**
 * The plan to put in force: what loaded, and of broken files the last good version that is published. Where the
 * landscape itself is broken, the whole published plan stays. `plan` is `undefined` when there is nothing at all.
 */
export function carryOver(
  loaded: Loaded,
  published: Plan | undefined,
): { plan: Plan | undefined; kept: readonly Kept[] } {
  const { landscape } = loaded;
  if (landscape === undefined) return { plan: published, kept: (published?.probes ?? []).map(keptOf) };
  // Another project's plan is not ours to carry on.
  const before = published?.project === landscape.project ? published.probes : [];
  const ids = new Set(loaded.probes.map(({ id }) => id));
  const broken = new Set(loaded.brokenFiles);
  const kept = before
    .filter(({ id, source }) => broken.has(source.file) && !ids.has(id))
    .flatMap((probe) => fitTo(landscape, probe) ?? []);
  return { plan: makePlan(landscape, [...loaded.probes, ...kept]), kept: kept.map(keptOf) };
}

function keptOf({ id, source }: Probe): Kept {
  return { probe: id, file: source.file };
}

/** A probe of an earlier plan without what the landscape no longer knows; `undefined` when nothing of it is left. */
function fitTo(landscape: Landscape, probe: Probe): Probe | undefined {
  const from = probe.from.filter((vantage) => vantage === INBOX || Object.hasOwn(landscape.vantages, vantage));
  if (!Object.hasOwn(landscape.systems, probe.system) || from.length === 0) return undefined;
  return { ...probe, from, dependsOn: probe.dependsOn.filter((system) => Object.hasOwn(landscape.systems, system)) };
}

/** Content hashes of the bundles that a plan's journeys need, each once, sorted. */
export function planBundles(plan: Plan): string[] {
  return [...new Set(plan.probes.flatMap((probe) => (probe.kind === 'journey' ? [probe.bundle] : [])))].sort();
}
