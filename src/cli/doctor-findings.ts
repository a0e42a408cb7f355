/**
 * What the doctor looks at on this machine: a function per subject, each with a verdict and a mend.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../base/config.ts';
import { outputOf } from '../base/programs.ts';
import { INBOX, type Landscape } from '../probe/definition.ts';
import { load } from '../probe/load.ts';
import { findChromium, sandboxOf } from '../run/journey/chromium.ts';
import { redisFindings } from './doctor-redis.ts';
import { counted } from './validate.ts';

const nodeMajorMin = 24;
const freeBytesMin = 1024 ** 3;
const browserMsMax = 20_000;

/** `warn`: it works, but someone should know. `bad`: it does not. */
export type Health = 'good' | 'warn' | 'bad';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly health: Health;
  readonly text: string;
  /** What to do; only where something is to be done. */
  readonly mend?: string;
}

/** Everything there is to say of this machine. */
export async function machineFindings(config: Config): Promise<Finding[]> {
  const [redis, browser, disk, probes] = await Promise.all([
    redisFindings(config),
    browserFinding(config),
    diskFinding(config.dataDir),
    probesFindings(config),
  ]);
  return [nodeFinding(process.versions.node), ...redis, browser, disk, ...probes];
}

/** Node's version. */
function nodeFinding(version: string): Finding {
  const name = 'node';
  if (Number.parseInt(version, 10) >= nodeMajorMin) return { name, health: 'good', text: version };
  return { name, health: 'bad', text: version, mend: `Vedette needs Node ${nodeMajorMin} or newer.` };
}

/** The browser: where, which version, and whether it starts with its sandbox as set. */
async function browserFinding({ chromium, sandbox }: Config): Promise<Finding> {
  const name = 'browser';
  const path = await findChromium(chromium);
  if (path === undefined) {
    const text = chromium === undefined ? 'no Chromium was found' : `${chromium} cannot be run`;
    return {
      name,
      health: 'bad',
      text,
      mend: 'Run npx playwright install --with-deps chromium, or set VEDETTE_CHROMIUM to one that is there.',
    };
  }
  const version = (await outputOf(path, ['--version']))?.trim().split('\n')[0] ?? 'version unknown';
  const wanted = sandboxOf(sandbox);
  if (await starts(path, wanted.on)) {
    if (wanted.on) return { name, health: 'good', text: `${version}, ${path}, sandbox on` };
    return {
      name,
      health: 'warn',
      text: `${version}, ${path}, sandbox off: ${wanted.why}`,
      mend: 'Run Vedette as another user than root, and Chromium keeps its sandbox.',
    };
  }
  if (wanted.on && (await starts(path, false))) {
    return {
      name,
      health: 'bad',
      text: `${version}, ${path}, does not start with its sandbox`,
      mend: 'Allow unprivileged user namespaces (in a container: a seccomp profile that allows clone), or set VEDETTE_SANDBOX=off.',
    };
  }
  return {
    name,
    health: 'bad',
    text: `${version}, ${path}, does not start`,
    mend: `Run ${path} --headless --dump-dom about:blank to see why.`,
  };
}

/** Whether the browser starts, shows an empty page and ends. */
async function starts(path: string, sandbox: boolean): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-doctor-'));
  const args = [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    `--user-data-dir=${folder}`,
    '--dump-dom',
    'about:blank',
  ];
  try {
    const output = await outputOf(path, sandbox ? args : ['--no-sandbox', ...args], { msMax: browserMsMax });
    return output?.includes('<html>') ?? false;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function diskFinding(dataDir: string): Promise<Finding> {
  const name = 'disk';
  for (let folder = dataDir; ; folder = dirname(folder)) {
    const stats = await statfs(folder).catch(() => undefined);
    if (stats === undefined && folder !== dirname(folder)) continue;
    if (stats === undefined)
      return { name, health: 'bad', text: `${dataDir} cannot be looked at`, mend: 'Set VEDETTE_DATA_DIR.' };
    const free = stats.bavail * stats.bsize;
    const text = `${(free / 1024 ** 3).toFixed(1)} GiB free for ${dataDir}`;
    if (free >= freeBytesMin) return { name, health: 'good', text };
    return { name, health: 'warn', text, mend: 'Free some, or set VEDETTE_DATA_DIR to a place with more than 1 GiB.' };
  }
}

/** The probes, and what this vantage's landscape says of its control targets. */
async function probesFindings({ probesDir, vantage }: Config): Promise<Finding[]> {
  const name = 'probes';
  const { landscape, probes, faults } = await load(probesDir);
  const control = landscape === undefined || vantage === undefined ? [] : await controlFindings(landscape, vantage);
  const text = `${counted(probes.length, 'probe')} in ${probesDir}`;
  if (faults.length === 0) return [{ name, health: 'good', text }, ...control];
  const mend = 'vedette validate lists them; vedette init makes a first project.';
  return [{ name, health: 'bad', text: `${text}, ${counted(faults.length, 'fault')}`, mend }, ...control];
}

/** Whether the vantage reaches what it can reach whatever the shop does. */
async function controlFindings(landscape: Landscape, name: string): Promise<Finding[]> {
  if (name === INBOX) return [];
  const vantage = landscape.vantages[name];
  if (vantage === undefined) {
    const mend = `It has: ${Object.keys(landscape.vantages).join(', ')}.`;
    return [{ name: 'control', health: 'bad', text: `the landscape has no vantage ${name}`, mend }];
  }
  if (vantage.control === undefined) {
    const mend =
      "Name one in landscape.ts (control: 'https://…'), or its own network's trouble counts against the shop.";
    return [{ name: 'control', health: 'warn', text: `${name} has no control target`, mend }];
  }
  // Loaded only here: every other command starts without the engines.
  const { createControl } = await import('../run/control.ts');
  await using control = createControl();
  const trouble = await control.look({ landscape, vantage });
  if (trouble === undefined) return [{ name: 'control', health: 'good', text: `a control target of ${name} answers` }];
  const mend = "See to this machine's network and the vantage's egress: meanwhile its failures are broken/vantage.";
  return [{ name: 'control', health: 'bad', text: `no control target of ${name} answers: ${trouble.why}`, mend }];
}
