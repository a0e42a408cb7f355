/**
 * `vedette validate`: every fault of every probe file, or what the probes come to. Nothing is run.
 */
import { Command } from 'commander';
import { readConfig } from '../base/config.ts';
import { checksOf, KINDS } from '../probe/definition.ts';
import { formatFault, type Loaded, load } from '../probe/load.ts';
import { paint } from './paint.ts';

const about = `
Prints a line for every fault: file:line  what is wrong; what to do.
It finds options that cannot be, names that the landscape lacks, secrets in the open, and in scripts what would pass
unseen: a forgotten await, a locator alone, a matcher that is not called. Where a promise is left alone on purpose,
write void before it. A file with a fault stays in force as it was published last.

Exits 0 when all is well, 1 with faults.

Examples:
  vedette validate
  VEDETTE_PROBES_DIR=watch/probes vedette validate --json`;

/** `vedette validate` */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check all probes; nothing is run')
    .option('--json', 'print one JSON document')
    .addHelpText('after', about)
    .action(async ({ json }: { json?: true }) => {
      const { probesDir } = readConfig();
      const loaded = await load(probesDir);
      const sum = summary(loaded);
      if (json)
        process.stdout.write(`${JSON.stringify({ ok: loaded.faults.length === 0, ...sum, faults: loaded.faults })}\n`);
      else if (loaded.faults.length === 0) process.stdout.write(`${describe(sum)}\n`);
      else printFaults(loaded);
      process.exitCode = loaded.faults.length === 0 ? 0 : 1;
    });
}

/** What the probes come to. */
export interface Summary {
  readonly probes: number;
  readonly checks: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly vantages: Readonly<Record<string, number>>;
}

/** Counts probes by kind and checks by vantage. */
function summary({ probes }: Pick<Loaded, 'probes'>): Summary {
  const vantages: Record<string, number> = {};
  for (const probe of probes)
    for (const { vantage } of checksOf(probe)) vantages[vantage] = (vantages[vantage] ?? 0) + 1;
  return {
    probes: probes.length,
    checks: Object.values(vantages).reduce((sum, count) => sum + count, 0),
    kinds: Object.fromEntries(KINDS.map((kind) => [kind, probes.filter((probe) => probe.kind === kind).length])),
    vantages,
  };
}

function describe({ probes, checks, kinds, vantages }: Summary): string {
  const byKind = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  const byVantage = Object.entries(vantages).map(([vantage, count]) => `  ${vantage}: ${counted(count, 'check')}`);
  return `${paint.good('✓')} ${counted(probes, 'probe')} (${byKind.join(', ')}), ${counted(checks, 'check')}\n${byVantage.join('\n')}`;
}

/** Every fault on standard error, a line each, and their number. */
export function printFaults({ faults }: Pick<Loaded, 'faults'>): void {
  const lines = faults.map(formatFault);
  process.stderr.write(`${lines.join('\n')}\n${paint.bad(counted(faults.length, 'fault'), process.stderr)}\n`);
}

/** `1 probe`, `2 probes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
