/**
 * What a sync would change, as a pure difference of two plans.
 */
import { checksOf, type Plan, type Probe } from '../probe/definition.ts';

/** A removal of more than this part of a plan's checks wants a yes. */
const removalMax = 0.1;

export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Checks, that is variants × vantages. */
  readonly checks: {
    readonly before: number;
    readonly after: number;
    readonly added: number;
    readonly removed: number;
  };
  /** The landscape differs. */
  readonly landscape: boolean;
  /** More than a tenth of the checks would go. */
  readonly massRemoval: boolean;
}

/** What differs between the plan in force (if any) and the one wanted; probes by id, each list sorted. */
export function difference(before: Plan | undefined, after: Plan): Difference {
  const old = byId(before?.probes ?? []);
  const wanted = byId(after.probes);
  const oldChecks = checkIds(before?.probes ?? []);
  const newChecks = checkIds(after.probes);
  const removedChecks = oldChecks.difference(newChecks).size;
  return {
    added: after.probes.filter((probe) => !old.has(probe.id)).map((probe) => probe.id),
    removed: (before?.probes ?? []).filter((probe) => !wanted.has(probe.id)).map((probe) => probe.id),
    changed: after.probes
      .filter((probe) => {
        const was = old.get(probe.id);
        return was !== undefined && content(was) !== content(probe);
      })
      .map((probe) => probe.id),
    checks: {
      before: oldChecks.size,
      after: newChecks.size,
      added: newChecks.difference(oldChecks).size,
      removed: removedChecks,
    },
    landscape: before !== undefined && JSON.stringify(before.landscape) !== JSON.stringify(after.landscape),
    massRemoval: oldChecks.size > 0 && removedChecks / oldChecks.size > removalMax,
  };
}

/** Nothing would change. */
export function isEmpty(diff: Difference): boolean {
  return diff.added.length + diff.removed.length + diff.changed.length === 0 && !diff.landscape;
}

function byId(probes: readonly Probe[]): Map<string, Probe> {
  return new Map(probes.map((probe) => [probe.id, probe]));
}

function checkIds(probes: readonly Probe[]): Set<string> {
  return new Set(probes.flatMap((probe) => checksOf(probe).map((check) => check.id)));
}

/** All that makes a probe what it does; where it is written does not. */
function content(probe: Probe): string {
  const { source: _, ...rest } = probe;
  return JSON.stringify(rest);
}
