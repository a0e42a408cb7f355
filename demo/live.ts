/**
 * A demo as people watch it: started, its changes told line by line, its planned faults switched, and ended.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../src/base/time.ts';
import { checksOf } from '../src/probe/definition.ts';
import { load } from '../src/probe/load.ts';
import type { PlannedFault } from './fault-plan.ts';
import { faults, type Turn } from './faults.ts';
import { followHistory } from './history-feed.ts';
import { clockTime, tellChange, tellSightings } from './report.ts';
import { type Demo, type DemoOptions, startDemo } from './up.ts';
import { type Change, createWatch, endedAt, type Watch } from './watch.ts';

/** Between two looks at the history, milliseconds. */
const lookMs = 500;
/** The longest that a timer can wait, milliseconds: some 24 days. */
const foreverMs = 2 ** 31 - 1;

export interface LiveOptions extends DemoOptions {
  /** How long it runs, milliseconds; `undefined`: until it is interrupted. */
  readonly forMs: number | undefined;
  readonly planned: readonly PlannedFault[];
  /** Where lines go. */
  readonly say: (line: string) => void;
  /** When it began: times of faults count from here, epoch ms. */
  readonly startedAt: number;
}

/** Switches the planned faults, each at its time. */
async function switchAsPlanned({ switches }: Demo, { planned, stop, startedAt }: LiveOptions): Promise<void> {
  const until = (ms: number) => delay(Math.max(0, startedAt + ms - Date.now()), undefined, { signal: stop });
  await Promise.all(
    planned.map(async ({ fault, onMs, offMs }) => {
      await until(onMs);
      await switches.turn(fault, true);
      if (offMs === undefined) return;
      await until(offMs);
      await switches.turn(fault, false);
    }),
  );
}

/** Tells when the first results are there, and when every check has run. */
function createMilestones(say: LiveOptions['say'], checksCount: number, startedAt: number) {
  let first = false;
  let all = false;
  return (watch: Watch) => {
    const sights = watch.sights();
    const after = (at: number) => formatDuration(at - startedAt);
    if (!first && sights.length > 0) {
      first = true;
      const at = Math.min(...sights.map(({ result }) => endedAt(result)));
      say(`${clockTime(at)}  the first result, ${after(at)} after the start`);
    }
    if (!all && sights.length === checksCount) {
      all = true;
      say(`${clockTime(Date.now())}  all ${checksCount} checks have run, ${after(Date.now())} after the start`);
    }
  };
}

/** Looks at the history again and again, and tells what changed. */
async function tell(demo: Demo, watch: Watch, changes: Change[], options: LiveOptions): Promise<never> {
  const { say, stop, startedAt } = options;
  const { probes } = await load(demo.probesDir);
  const checks = probes.flatMap(checksOf).map(({ id }) => id);
  const milestones = createMilestones(say, checks.length, startedAt);
  using feed = followHistory(demo.dataDir, checks);
  for (;;) {
    const news = watch.take(feed.read());
    changes.push(...news);
    milestones(watch);
    for (const change of news) say(tellChange(change));
    await delay(lookMs, undefined, { signal: stop });
  }
}

function greet({ addresses, vedette, dataDir }: Demo, { say, forMs }: LiveOptions): void {
  say(`  control page  ${addresses.control}`);
  say(`  shop          ${addresses.shop}`);
  say(`  metrics       ${addresses.metrics}`);
  say(`  files         ${dataDir} (log: ${vedette.logPath})`);
  say(forMs === undefined ? 'Ctrl-C ends it.' : `It runs for ${formatDuration(forMs)}.`);
}

/** Waits until the time is over, meanwhile switching and telling; all of it has ended when this returns. */
async function runWhile(demo: Demo, options: LiveOptions, watch: Watch, changes: Change[]): Promise<void> {
  const { forMs, startedAt } = options;
  const end = new AbortController();
  const bounded = { ...options, stop: AbortSignal.any([options.stop, end.signal]) };
  const leftMs = forMs === undefined ? foreverMs : Math.max(0, startedAt + forMs - Date.now());
  const over = delay(leftMs, undefined, { signal: bounded.stop });
  const telling = tell(demo, watch, changes, bounded);
  const switching = switchAsPlanned(demo, bounded);
  try {
    await Promise.race([over, telling, switching.then(() => over), demo.vedette.died]);
  } catch (error) {
    if (!options.stop.aborted) throw error;
  } finally {
    end.abort();
    await Promise.allSettled([over, telling, switching]);
  }
}

/**
 * Runs the demo until its time is over or it is stopped, and says at the end what was seen of every fault.
 * @throws VedetteError when it cannot start, or when Vedette ends unasked.
 */
export async function runLive(options: LiveOptions): Promise<void> {
  const { say, stop, forMs } = options;
  const watch = createWatch();
  const changes: Change[] = [];
  const turns: Turn[] = [];
  say('Starting the shop and Vedette …');
  try {
    await using demo = await startDemo(options, watch.sights);
    demo.switches.watch((turn) => {
      turns.push(turn);
      const what = `${turn.on ? 'BROKEN' : 'MENDED'} ${turn.fault}: ${faults[turn.fault].title.toLowerCase()}`;
      say(`${clockTime(turn.at)}  ${what}`);
    });
    greet(demo, options);
    await runWhile(demo, options, watch, changes);
    say('Ending …');
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  if (forMs !== undefined || turns.length > 0) say(`\n${tellSightings(turns, changes)}`);
}
