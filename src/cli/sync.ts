/**
 * `vedette sync`: shows what publishing the probes would change, and publishes.
 */
import { Command } from 'commander';
import { type Config, readConfig } from '../base/config.ts';
import { VedetteError } from '../base/errors.ts';
import { type Loaded, load } from '../probe/load.ts';
import { type PreparedSync, performSync, prepareSync } from '../schedule/sync.ts';
import { openRedis } from './open-redis.ts';
import { paint } from './paint.ts';
import { describeDifference, describePlan, printBroken, removalMessage } from './sync-output.ts';
import { printFaults } from './validate.ts';

interface SyncOptions {
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** What came of it. `repaired`: the same plan, of which Redis had lost something. */
type Action = 'published' | 'repaired' | 'unchanged' | 'dry-run' | 'refused';

const footer = `
Where a file is broken, its probes stay in force as they were last published.
Exits 0 when done or when nothing differs, 1 when files are broken and the rest was published,
2 when it was refused or could not be done.`;

/** `vedette sync` */
export function syncCommand(): Command {
  return new Command('sync')
    .description('publish the probes: show what changes, and change it')
    .option('--dry-run', 'show what would change; change nothing')
    .option('--yes', 'also remove more than a tenth of the checks')
    .option('--json', 'print one JSON document')
    .addHelpText('after', footer)
    .action(async (options: SyncOptions) => {
      process.exitCode = await sync(readConfig(), options);
    });
}

async function sync(config: Config, options: SyncOptions): Promise<number> {
  using connection = await openRedis(config, 'sync');
  const { redis } = connection;
  const loaded = await load(config.probesDir);
  const prepared = await prepareSync(redis, loaded, config.project).catch((error: unknown) => {
    if (loaded.faults.length > 0) printFaults(loaded);
    throw error;
  });
  requireChecks(prepared);
  printBroken(loaded, prepared, config.probesDir);
  const refused = prepared.difference.massRemoval && options.yes !== true;
  const action: Action = options.dryRun ? 'dry-run' : refused ? 'refused' : await performSync(redis, prepared);
  if (options.json) process.stdout.write(`${JSON.stringify(asJson(action, prepared, loaded))}\n`);
  else process.stdout.write(`${describe(action, prepared)}\n`);
  if (action === 'refused') {
    throw new VedetteError('MASS_REMOVAL', `${removalMessage(prepared)}; nothing was changed`, {
      mend: 'If that is meant, run vedette sync --yes; if not, look for probe files that are missing.',
    });
  }
  return loaded.faults.length === 0 ? 0 : 1;
}

/** A first plan without checks is a mistake: it would be green for ever. */
function requireChecks({ before, difference }: PreparedSync): void {
  if (before !== undefined || difference.checks.after > 0) return;
  throw new VedetteError('PLAN_EMPTY', 'there are no checks to publish, so nothing would be watched', {
    mend: 'Write a probe with vedette new, or set VEDETTE_PROBES_DIR to where they are.',
  });
}

function describe(action: Action, prepared: PreparedSync): string {
  const { plan, changed, missing, difference } = prepared;
  if (action === 'unchanged' || (!changed && missing.size === 0)) {
    return `nothing differs: plan ${plan.version} of ${plan.project} is published, ${describePlan(plan)}`;
  }
  if (action === 'repaired') {
    return `${paint.good('✓')} plan ${plan.version} of ${plan.project} is as it was; what Redis had lost of it is there again`;
  }
  const shown = describeDifference(prepared);
  if (action === 'dry-run') return `${shown}\nnothing was changed${difference.massRemoval ? '; this needs --yes' : ''}`;
  return action === 'refused' ? shown : `${shown}\n${paint.good('✓')} published: ${describePlan(plan)}`;
}

function asJson(action: Action, { plan, difference, kept, before }: PreparedSync, { faults }: Loaded) {
  const { project, version } = plan;
  return { action, project, before: before?.version ?? null, plan: version, ...difference, kept, faults };
}
