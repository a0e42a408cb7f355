/**
 * The child process of a journey: one browser, one run at a time, told what to do by its parent.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { asError } from '../../base/errors.ts';
import { ownBrowser, watchProcesses } from './inside/browser.ts';
import { supplyImports } from './inside/imports.ts';
import { endAlone } from './inside/orphan.ts';
import { type Performance, perform } from './inside/perform.ts';
import { RunFolder } from './inside/run-folder.ts';
import { Stage, stageKey } from './inside/stage.ts';
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
let spare: Stage | undefined;
/** Something was thrown out of reach of every run: the one after it must not be blamed for it. */
let shaken: string | undefined;
let stray = Promise.withResolvers<never>();
stray.promise.catch(() => undefined);

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
  stray = Promise.withResolvers<never>();
  stray.promise.catch(() => undefined);
  let ahead: Promise<void> | undefined;
  const passed = () => {
    ahead = prepare(order.stage);
  };
  const folder = new RunFolder(settings.scratch);
  const around = { stage: stageFor, tell, passed, stray: stray.promise, folder };
  const done = await perform(order, around);
  tell({ type: 'report', report: done.report });
  const doubt = done.doubt ?? (await clearAway(done, order.stage, ahead)) ?? shaken;
  await folder.remove();
  tell({ type: 'idle', ...(doubt === undefined ? {} : { doubt }) });
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
process.on('uncaughtException', (error) => {
  shaken = `uncaught: ${error.message}`;
  stray.reject(asError(error));
});
process.on('unhandledRejection', (error) => stray.reject(asError(error)));
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
