/**
 * The child process of a journey: one browser, one run at a time, told what to do by its parent.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { createRedactor } from '../redact.ts';
import { ownBrowser, watchProcesses } from './inside/browser.ts';
import { supplyImports } from './inside/imports.ts';
import { endAlone } from './inside/orphan.ts';
import { type Performance, perform } from './inside/perform.ts';
import { RunFolder } from './inside/run-folder.ts';
import { Stage, stageKey } from './inside/stage.ts';
import { Strays } from './inside/strays.ts';
import { ScriptMisuse } from './inside/verdict.ts';
import { within } from './inside/within.ts';
import type { ChildSettings, FromChild, Order, StageSettings, ToChild } from './messages.ts';

/** A context that does not close in this time hangs, milliseconds. */
const closeMsMax = 2_000;

const settings = JSON.parse(process.argv[2] ?? '{}') as ChildSettings;
const spawned = new Set<number>();
/** Of these, the ones that a script started. */
const foreign = new Set<number>();
const own = ownBrowser(settings);
/** Those of all runs so far: what an earlier script left behind may still throw. */
const secrets = new Set<string>();
let spare: Stage | undefined;
const strays = new Strays();

function tell(message: FromChild): void {
  // A parent that is gone cannot be told; `disconnect` says so.
  if (process.connected) process.send?.(message, () => undefined);
}

async function stageFor(wanted: StageSettings): Promise<Stage> {
  const prepared = spare;
  spare = undefined;
  if (prepared?.key === stageKey(wanted) && (await prepared.answers())) return prepared;
  await prepared?.context.close().catch(() => undefined);
  return Stage.create(own, wanted);
}

async function run(order: Order): Promise<void> {
  let ahead: Promise<void> | undefined;
  const passed = () => {
    ahead = prepare(order.stage);
  };
  for (const secret of Object.values(order.secrets)) secrets.add(secret);
  const redact = createRedactor([...secrets]);
  const folder = new RunFolder(settings.scratch);
  const around = { stage: stageFor, tell, passed, strays: strays.begin(order.bundle), folder, redact };
  const done = await perform(order, around);
  strays.end();
  tell({ type: 'report', report: done.report });
  const doubt = done.doubt ?? (await clearAway(done, order.stage, ahead)) ?? strays.shaken;
  await folder.remove();
  tell({ type: 'idle', ...(doubt === undefined ? {} : { doubt: redact(doubt) }) });
}

/** The next run is most likely of the same kind: its page is made while nobody waits for it. */
async function prepare(wanted: StageSettings): Promise<void> {
  if (own.current === undefined) return;
  spare ??= await Stage.create(own, wanted).catch(() => undefined);
}

/** Closes what the run opened, and says what is left of it. */
async function clearAway(
  { stage, clear }: Performance,
  wanted: StageSettings,
  ahead: Promise<void> | undefined,
): Promise<string | undefined> {
  const closing = within(
    closeMsMax,
    clear().then(() => true),
  );
  await (ahead ?? (stage === undefined ? undefined : prepare(wanted)));
  if ((await closing) !== true) return 'its context did not close';
  if (foreign.size > 0) return `its script left ${foreign.size} processes behind`;
  const left = own.current?.contexts().filter((context) => context !== spare?.context).length ?? 0;
  return left > 0 ? `its script left ${left} browser contexts open` : undefined;
}

async function warm(): Promise<void> {
  // When that fails, the first run that needs a page says why.
  const stage = await Stage.create(own, {}).catch(() => undefined);
  spare ??= stage;
  tell({ type: 'warm' });
}

process.exit = (): never => {
  throw new ScriptMisuse('the script called process.exit; let it return, or throw');
};
process.on('disconnect', () => endAlone(spawned, settings.scratch));
process.on('message', (message: ToChild) => {
  if (message.type === 'run') void run(message.order);
  else void warm();
});

const watchdog = new Worker(
  new URL(import.meta.url.endsWith('.ts') ? './inside/watchdog.ts' : './inside/watchdog.js', import.meta.url),
  { workerData: { parent: process.ppid, scratch: settings.scratch }, resourceLimits: { maxOldGenerationSizeMb: 16 } },
);
watchdog.unref();
watchProcesses((message) => {
  if (message.type === 'spawned') {
    spawned.add(message.pid);
    if (!own.launching) foreign.add(message.pid);
  } else {
    spawned.delete(message.pid);
    foreign.delete(message.pid);
  }
  watchdog.postMessage(message);
  tell(message);
});
supplyImports();
// Loaded ahead: the first expectation of a run must not pay for it.
createRequire(import.meta.url)('playwright/test');
tell({ type: 'ready' });
