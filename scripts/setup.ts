/**
 * `npm run setup`: finds what Vedette needs besides npm's packages and installs what is missing. Asks nothing,
 * says what it does, and does nothing when all is there. `--test` adds what the tests need; `--quiet` prints
 * only when something is missing.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { outputOf } from '../src/base/programs.ts';
import { findChromium } from '../src/run/journey/chromium.ts';
import { installCommand, type Need, needs, platformOf } from './needs.ts';

const downloadMsMax = 5 * 60_000;
const installMsMax = 15 * 60_000;
const forTests = process.argv.includes('--test');
const quiet = process.argv.includes('--quiet');
const platform = platformOf();

/** A Debian package would start its service at once; this asks it not to, and leaves no trace. */
const withoutStartingServices = `set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi
`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function run(program: string, args: readonly string[], timeout: number): boolean {
  return spawnSync(program, args, { stdio: 'inherit', timeout }).status === 0;
}

/** What goes before a command that needs root: nothing as root, sudo where it asks no password; `undefined` otherwise. */
function asRoot(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined;
}

async function missingOf(wanted: readonly Need[]): Promise<Need[]> {
  const missing: Need[] = [];
  for (const need of wanted) {
    const found = await need.find();
    if (found === undefined) missing.push(need);
    else if (!quiet) say(`found    ${need.name}: ${found}`);
  }
  return missing;
}

/** Playwright's own Chromium, which fits this Playwright best and needs no root. */
async function downloadChromium(): Promise<void> {
  say('download Chromium, by Playwright');
  if (!playwright('install', '--only-shell', '--no-progress', 'chromium') || process.platform !== 'linux') return;
  const path = await findChromium();
  // System libraries are touched only where the browser cannot start without them.
  if (path === undefined || (await outputOf(path, ['--version'])) !== undefined || asRoot() === undefined) return;
  say('install  the system libraries that Chromium lacks');
  playwright('install-deps', 'chromium-headless-shell');
}

function playwright(...args: readonly string[]): boolean {
  const cli = fileURLToPath(new URL('../node_modules/playwright/cli.js', import.meta.url));
  return run(process.execPath, [cli, ...args], downloadMsMax);
}

/** Installs packages where this user may; where not, nothing happens and what is missing is told at the end. */
function installPackages(packages: readonly string[]): void {
  const command = installCommand(platform, packages);
  if (command === undefined) return;
  const root = platform === 'macos' ? [] : asRoot();
  if (root === undefined) return;
  say(`install  ${packages.join(', ')}`);
  const script = platform === 'macos' ? command : withoutStartingServices + command;
  const [program = 'sh', ...args] = [...root, 'sh', '-c', script];
  run(program, args, installMsMax);
}

function copyable(command: string): string {
  return platform === 'macos' ? command : `sudo sh -c '${command}'`;
}

/** What to install by hand. */
function explain(missing: readonly Need[]): void {
  say('\nStill missing:');
  for (const need of missing) say(`  ${need.name}, for ${need.purpose}`);
  const packages = missing.flatMap((need) => (platform === 'other' ? [] : need.packages[platform]));
  const command = packages.length === 0 ? undefined : installCommand(platform, packages);
  if (command !== undefined) say(`\nInstall it with\n\n  ${copyable(command)}`);
  if (platform === 'other')
    say('\nInstall it with the package manager of this system, so that its programs are on PATH.');
  if (missing.some((need) => need.name === 'Chromium')) {
    say(
      'A Chromium or Chrome that is elsewhere is named by VEDETTE_CHROMIUM; or: npx playwright install --with-deps chromium',
    );
  }
}

async function setup(): Promise<number> {
  const wanted = needs.filter((need) => forTests || !need.testOnly);
  let missing = await missingOf(wanted);
  if (missing.length === 0) return 0;

  for (const need of missing) say(`missing  ${need.name}, for ${need.purpose}`);
  if (process.env.VEDETTE_CHROMIUM && missing.some((need) => need.name === 'Chromium')) {
    say(
      `VEDETTE_CHROMIUM=${process.env.VEDETTE_CHROMIUM} cannot be run; correct it, or unset it so that one is found or installed.`,
    );
    return 1;
  }
  if (missing.some((need) => need.name === 'Chromium')) {
    await downloadChromium();
    missing = await missingOf(missing);
  }

  const packages = missing.flatMap((need) => (platform === 'other' ? [] : need.packages[platform]));
  if (packages.length > 0) {
    installPackages(packages);
    missing = await missingOf(missing);
  }
  if (missing.length === 0) {
    say('All that Vedette needs is here.');
    return 0;
  }
  explain(missing);
  return 1;
}

process.exitCode = await setup();
