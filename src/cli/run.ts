/**
 * `vedette run`: probes here and now, without Redis, for whoever writes or doubts them.
 */
import { join, relative } from 'node:path';
import { Command } from 'commander';
import { type Config, readConfig } from '../base/config.ts';
import { VedetteError } from '../base/errors.ts';
import { createLog } from '../base/log.ts';
import type { Check, Landscape } from '../probe/definition.ts';
import { type Loaded, load } from '../probe/load.ts';
import { makePlan } from '../probe/plan.ts';
import { createArtifactStore } from '../result/artifacts.ts';
import type { ArtifactRef, Outcome, Result } from '../result/result.ts';
import { findChromium } from '../run/journey/chromium.ts';
import { createSecretLookup } from '../run/secrets.ts';
import { artifactPath, createArtifactFolder } from './keep-artifact.ts';
import { paint } from './paint.ts';
import { RunOutput } from './run-output.ts';
import { pathFromProbes, type Selection, select } from './select.ts';
import { counted, printFaults } from './validate.ts';

interface Options {
  readonly vantage?: string;
  readonly variant?: string;
  readonly json?: true;
  readonly headed?: true;
  readonly trace?: true;
}

const help = `
Examples:
  vedette run                                all probes
  vedette run probes/shop/checkout.ts        the probes of a file
  vedette run shop                           all probes of a system
  vedette run shop/checkout --variant de     one variant
  vedette run 'shop/checkout[de]@fra'        one check, as its vantage does
  vedette run shop/checkout --trace          with a trace to step through

Without a vantage everything runs once, from here, through no egress.
Exits 0 when all pass or are degraded, 1 when one fails, 2 when something is broken: ours, or the usage.`;

/** `vedette run [FILE|FOLDER|ID…]` */
export function runCommand(): Command {
  return new Command('run')
    .description('run probes here and now, without Redis')
    .argument('[FILE|FOLDER|ID...]', 'which; all of them by default')
    .option('--vantage <NAME>', 'as this vantage does: its checks, through its egress')
    .option('--variant <KEY>', 'only this variant, e.g. de')
    .option('--headed', "show the browser's window; needs a full Chromium and a display")
    .option('--trace', "keep Playwright's trace of each journey, however it ends")
    .option('--json', 'one result per line on standard output, nothing else there')
    .addHelpText('after', help)
    .action(async (selectors: string[], options: Options) => {
      process.exitCode = await run(selectors, options);
    });
}

async function run(selectors: readonly string[], options: Options): Promise<number> {
  const config = readConfig();
  const loaded = await load(config.probesDir);
  const { landscape } = loaded;
  if (landscape === undefined) {
    printFaults(loaded);
    return 2;
  }
  requireVantage(landscape.vantages, options.vantage);
  const choice = { probes: loaded.probes, probesDir: config.probesDir, cwd: process.cwd() };
  const selection = select(choice, selectors, { vantage: options.vantage, variant: options.variant });
  const brokenFiles = tellFaults(loaded, choice, selectors);
  const checks = withoutHeartbeats(selection.checks);
  if (!tellUnmatched(selection, brokenFiles, options) || checks.length === 0) return 2;
  const outcomes = await perform(checks, { ...loaded, landscape }, config, options);
  return exitCode(outcomes, brokenFiles);
}

/** Runs the checks and shows what comes of them. */
async function perform(
  checks: readonly Check[],
  { landscape, probes, bundles }: Loaded & { readonly landscape: Landscape },
  config: Config,
  options: Options,
): Promise<readonly Outcome[]> {
  const chromium = options.headed ? await requireWindow(config.chromium) : config.chromium;
  const artifacts = join(config.dataDir, 'artifacts');
  const filesOf = (result: Result) =>
    (result.artifacts ?? []).map((ref) => fileLine(ref, relative(process.cwd(), artifactPath(artifacts, ref))));
  const output = options.json ? undefined : new RunOutput(process.stdout, checks, filesOf);
  // A person reads the results; the engines' own words are for when they are asked for.
  const log = createLog('run', process.env.VEDETTE_LOG_LEVEL === undefined ? 'error' : config.logLevel);
  const outcomes: Outcome[] = [];
  const started = performance.now();
  // Loaded only here: every other command starts without the engines.
  const { runChecks } = await import('./run-checks.ts');
  await runChecks(checks, {
    landscape,
    plan: makePlan(landscape, probes).version,
    bundles,
    secret: createSecretLookup(process.env, config.secretsDir),
    keepArtifact: createArtifactFolder(artifacts),
    journeyPool: config.journeyPool,
    chromium,
    headed: options.headed === true,
    trace: options.trace === true,
    sandbox: config.sandbox,
    dataDir: config.dataDir,
    log,
    onStep: (check, event) => output?.step(check, event),
    onResult: (check, result) => {
      outcomes.push(result.outcome);
      if (output === undefined) process.stdout.write(`${JSON.stringify(result)}\n`);
      else output.finish(check, fromHere(result, config.probesDir));
    },
  });
  // Where no recorder works, nobody else keeps this folder within its bounds.
  await createArtifactStore({ dir: artifacts, days: config.artifactDays, mibMax: config.artifactMiBMax, log }).prune();
  if (output !== undefined) process.stdout.write(`\n${closing(outcomes, performance.now() - started)}\n`);
  return outcomes;
}

/** Where an artifact is, and how it is looked at where that is not plain. */
function fileLine({ kind }: ArtifactRef, path: string): string {
  return kind === 'trace' ? `trace: npx playwright show-trace ${path}` : `${kind}: ${path}`;
}

/** A result whose source line a terminal can open. */
function fromHere(result: Result, probesDir: string): Result {
  const { sourceLine } = result;
  if (sourceLine === undefined) return result;
  return { ...result, sourceLine: { ...sourceLine, file: relative(process.cwd(), join(probesDir, sourceLine.file)) } };
}

/** Broken before failed: what is not known must not look like an answer. */
function exitCode(outcomes: readonly Outcome[], brokenFiles: boolean): number {
  if (brokenFiles || outcomes.includes('broken')) return 2;
  return outcomes.includes('fail') ? 1 : 0;
}

/** The browser that can show a window. */
async function requireWindow(configured: string | undefined): Promise<string> {
  const path = await findChromium(configured);
  if (path === undefined || /headless[-_]shell/.test(path)) {
    throw new VedetteError('NO_WINDOW', `${path ?? 'no Chromium was found, which'} cannot show a window`, {
      mend: 'Install a full Chromium or Chrome (npx playwright install chromium) and set VEDETTE_CHROMIUM to it, or leave --headed out.',
    });
  }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    throw new VedetteError('NO_DISPLAY', 'there is no display on which to show a window', {
      mend: 'Run it in a desktop session, or under xvfb-run, or leave --headed out.',
    });
  }
  return path;
}

function requireVantage(vantages: Readonly<Record<string, unknown>>, wanted: string | undefined): void {
  if (wanted === undefined || Object.hasOwn(vantages, wanted)) return;
  throw new VedetteError('UNKNOWN_VANTAGE', `the landscape has no vantage ${wanted}`, {
    mend: `It has: ${Object.keys(vantages).join(', ')}.`,
  });
}

/** Tells faults. Returns whether files that were asked for are among those that cannot be used. */
function tellFaults(loaded: Loaded, choice: { probesDir: string; cwd: string }, selectors: readonly string[]): boolean {
  if (loaded.faults.length === 0) return false;
  const asked = loaded.brokenFiles.filter((file) =>
    selectors.length === 0 ? true : selectors.some((selector) => covers(choice, selector, file)),
  );
  if (asked.length > 0) {
    printFaults(loaded);
    return true;
  }
  const notice = `${counted(loaded.faults.length, 'fault')} in files that were not asked for; vedette validate lists them`;
  process.stderr.write(`${paint.warn(notice, process.stderr)}\n`);
  return false;
}

/** Whether a selector means this file: its path, a folder above it, or the id that such a file would have. */
function covers(choice: { probesDir: string; cwd: string }, selector: string, file: string): boolean {
  const path = pathFromProbes(choice, selector);
  const id = selector.replace(/[[@].*$/, '').replace(/\/$/, '');
  const fileId = file.replace(/\.[cm]?[jt]s$/, '');
  return path === '' || file === path || file.startsWith(`${path}/`) || fileId === id || fileId.startsWith(`${id}/`);
}

/** Tells what matched nothing. Returns whether the rest can go on. */
function tellUnmatched({ checks, unmatched }: Selection, explained: boolean, options: Options): boolean {
  if (unmatched.length === 0) return true;
  if (explained) return checks.length > 0;
  for (const { selector, mend } of unmatched) {
    const narrowed = [options.variant && `variant ${options.variant}`, options.vantage && `vantage ${options.vantage}`];
    const means = narrowed.filter(Boolean).join(' and ');
    process.stderr.write(`nothing matches ${selector}${means === '' ? '' : ` with ${means}`}: ${mend}
`);
  }
  return false;
}

function withoutHeartbeats(checks: readonly Check[]): Check[] {
  const skipped = checks.filter((check) => check.probe.kind === 'heartbeat');
  for (const { probe } of skipped) {
    const notice = `skipped ${probe.id}: a heartbeat is judged only by a running Vedette (vedette start)`;
    process.stderr.write(`${paint.warn(notice, process.stderr)}\n`);
  }
  return checks.filter((check) => check.probe.kind !== 'heartbeat');
}

function closing(outcomes: readonly Outcome[], ms: number): string {
  const counts = (['pass', 'degraded', 'fail', 'broken'] as const)
    .map((outcome) => ({ outcome, count: outcomes.filter((each) => each === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${outcome}`);
  return `${counted(outcomes.length, 'run')} in ${(ms / 1_000).toFixed(1)}s: ${counts.join(', ')}`;
}
