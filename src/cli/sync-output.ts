/**
 * What a sync comes to, for people: the difference, and loudly what stays as it was because its file is broken.
 */
import { join, relative } from 'node:path';
import { checksOf, type Plan } from '../probe/definition.ts';
import type { Loaded } from '../probe/load.ts';
import { isEmpty } from '../schedule/difference.ts';
import type { PreparedSync } from '../schedule/sync.ts';
import { paint } from './paint.ts';
import { counted, printFaults } from './validate.ts';

/** Probes listed by name under each sign; beyond, their number is enough. */
const namesShownMax = 50;

/** The difference, a line per probe, and the checks before and after. */
export function describeDifference({ plan, difference, before, changed }: PreparedSync): string {
  const title = `project ${plan.project}: plan ${before?.version ?? 'none'} → ${plan.version}`;
  const { added, removed, changed: altered, checks } = difference;
  const lines = [
    paint.strong(title),
    ...listed(added, (id) => paint.good(`  + ${id}`)),
    ...listed(removed, (id) => paint.bad(`  − ${id}`)),
    ...listed(altered, (id) => paint.warn(`  ~ ${id}`)),
    ...(difference.landscape ? [paint.warn('  ~ the landscape')] : []),
    ...(changed && isEmpty(difference) && before !== undefined
      ? ['  probes stand in other files; what they do is the same']
      : []),
    `checks: ${checks.before} → ${checks.after}${moved(checks)}`,
  ];
  return lines.join('\n');
}

function listed(ids: readonly string[], line: (id: string) => string): string[] {
  const more = ids.length - namesShownMax;
  return [...ids.slice(0, namesShownMax).map(line), ...(more > 0 ? [`    and ${more} more`] : [])];
}

function moved({ added, removed }: PreparedSync['difference']['checks']): string {
  const parts = [...(added > 0 ? [`${added} added`] : []), ...(removed > 0 ? [`${removed} removed`] : [])];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** `13 probes, 45 checks`. */
export function describePlan({ probes }: Plan): string {
  const checks = probes.reduce((sum, probe) => sum + checksOf(probe).length, 0);
  return `${counted(probes.length, 'probe')}, ${counted(checks, 'check')}`;
}

/** Prints every fault and, of each broken file, that its probes stay as they were; on standard error. */
export function printBroken(loaded: Loaded, { kept }: Pick<PreparedSync, 'kept'>, probesDir: string): void {
  if (loaded.faults.length === 0) return;
  printFaults(loaded);
  const lines = keptLines(loaded, kept, probesDir);
  for (const line of lines) process.stderr.write(`${paint.warn('!', process.stderr)} ${line}\n`);
}

function keptLines(loaded: Loaded, kept: PreparedSync['kept'], probesDir: string): string[] {
  if (loaded.landscape === undefined) {
    return [
      `the landscape is broken: the published plan stays in force as it was, with its ${counted(kept.length, 'probe')}`,
    ];
  }
  const byFile = Map.groupBy(kept, ({ file }) => file);
  return loaded.brokenFiles.map((file) => {
    const name = relative(process.cwd(), join(probesDir, file));
    const count = byFile.get(file)?.length ?? 0;
    if (count === 0) return `${name} is broken: nothing of it is in force`;
    return `${name} is broken: its ${counted(count, 'probe')} ${count === 1 ? 'stays' : 'stay'} in force as ${count === 1 ? 'it was' : 'they were'}`;
  });
}

/** A mass removal was not asked for in so many words. */
export function removalMessage({ difference: { checks } }: PreparedSync): string {
  return `${checks.removed} of ${counted(checks.before, 'check')} would go, more than a tenth`;
}
