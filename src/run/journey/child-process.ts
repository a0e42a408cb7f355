/**
 * One child process as the engine sees it: start it, give it a run, know what it started, end all of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VedetteError } from '../../base/errors.ts';
import {
  type ChildSettings,
  childFolderPrefix,
  type FromChild,
  lastWords,
  type Order,
  type Report,
  type ToChild,
} from './messages.ts';
import { killGroup, processTree, runs } from './process-tree.ts';

/** Heap of a child's own JavaScript, MiB: a script that fills it ends as `memory`, before it hurts others. */
const childHeapMiBMax = 512;
/** The end of what a child wrote, kept to say why it died, characters. */
const outputCharsMax = 4_000;
const startMsMax = 20_000;
const goneMsMax = 2_000;
/** Clearing a run away (closing its context, preparing the next one) takes longer only when something hangs. */
const idleMsMax = 5_000;
/** How often the memory of a run is looked at, milliseconds: a page can fill gigabytes in a few seconds. */
const weighEveryMs = 1_000;
/** What a process wrote last may arrive after its exit, milliseconds. */
const lastWordsMsMax = 250;

const entry = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url));

/** How a run ended, as far as its child could tell. */
export type Ending =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'died'; readonly how: string; readonly over?: 'memory' | 'disk' }
  | { readonly type: 'stuck' }
  /** It and its browser held more than they may, bytes. */
  | { readonly type: 'overweight'; readonly bytes: number };

/** What a run may take before its child is given up. */
export interface RunBounds {
  /** Epoch ms. */
  readonly killAt: number;
  /** Resident memory of the child and all that it started, bytes. */
  readonly bytesMax: number;
}

/** What is told while a run is under way. */
export type RunEvent = Extract<FromChild, { type: 'began' | 'step' | 'cleanups' }>;

export interface JourneyChild {
  readonly pid: number;
  /** Runs begun so far. */
  readonly runs: number;
  /** Whether it has had a browser. */
  readonly browser: boolean;
  /** Resolves once a run can be given to it; rejects with `CHILD_START` when it cannot be started. */
  readonly ready: Promise<void>;
  /** Resolves when it is no more, with how it ended. */
  readonly exited: Promise<string>;
  /** Starts its browser ahead of need. Resolves when done, or when that failed: the next run will say so. */
  warm(): Promise<void>;
  /** Resolves when the run has ended or has gone beyond its bounds; never rejects. */
  perform(order: Order, bounds: RunBounds, tell: (event: RunEvent) => void): Promise<Ending>;
  /** After a report: resolves when the child is ready for the next run, with the doubt if there is one. */
  settled(): Promise<string | undefined>;
  /** Resident memory of the child and all that it started, bytes. */
  memoryBytes(): Promise<number>;
  /** Ends it and everything that it started, and removes its folder. */
  kill(): Promise<void>;
}

/** Starts a child under `root`, with a scratch folder of its own that is its home and its temporary folder. */
export async function startChild(root: string, settings: Omit<ChildSettings, 'scratch'>): Promise<JourneyChild> {
  await mkdir(root, { recursive: true });
  const scratch = await mkdtemp(join(root, childFolderPrefix));
  const args = [`--max-old-space-size=${childHeapMiBMax}`, entry, JSON.stringify({ ...settings, scratch })];
  const child = spawn(process.execPath, args, {
    cwd: scratch,
    detached: true,
    env: environment(scratch, settings.headed),
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  return new SpawnedChild(child, scratch);
}

/** Nothing of the parent's environment but what a browser and Node need: no secret reaches a script unasked. */
function environment(scratch: string, headed: boolean): NodeJS.ProcessEnv {
  const passed = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'NODE_EXTRA_CA_CERTS', 'FONTCONFIG_FILE', 'FONTCONFIG_PATH'];
  const display = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR'];
  const names = headed ? [...passed, ...display] : passed;
  const kept = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(kept), HOME: scratch, TMPDIR: scratch };
}

/** What a child that died had used up, by what it wrote last. */
function overIn(output: string): 'memory' | 'disk' | undefined {
  if (output.includes(lastWords.disk)) return 'disk';
  return /heap out of memory|Reached heap limit/.test(output) || output.includes(lastWords.memory)
    ? 'memory'
    : undefined;
}

class SpawnedChild implements JourneyChild {
  runs = 0;
  browser = false;
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #scratch: string;
  readonly exited: Promise<string>;
  /** Nothing more can come of what it writes. */
  readonly #closed: Promise<unknown>;
  readonly #spawned = new Set<number>();
  #nextIdle = Promise.withResolvers<string | undefined>();
  #hear: (message: FromChild) => void = () => {};
  #output = '';
  #killed: Promise<void> | undefined;

  constructor(child: ChildProcess, scratch: string) {
    this.#child = child;
    this.#scratch = scratch;
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    this.#closed = new Promise((resolve) => child.once('close', resolve));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-outputCharsMax);
      });
    }
    child.on('message', (message: FromChild) => this.#receive(message));
    this.ready = this.#until('ready', startMsMax).then(async (started) => {
      if (started === true) return;
      throw new VedetteError('CHILD_START', `the process that runs journeys did not start: ${started || 'no answer'}`, {
        mend: `Run vedette doctor. What it wrote: ${this.#output.trim().slice(-300) || 'nothing'}`,
      });
    });
    // Whoever waits for it hears of it; a child that nobody waits for yet must not end the vantage.
    this.ready.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async warm(): Promise<void> {
    this.#send({ type: 'warm' });
    await this.#until('warm', startMsMax);
  }

  async perform(order: Order, bounds: RunBounds, tell: (event: RunEvent) => void): Promise<Ending> {
    this.runs += 1;
    this.#output = '';
    this.#nextIdle = Promise.withResolvers<string | undefined>();
    const reported = new Promise<Ending>((resolve) => {
      this.#hear = (message) => {
        if (message.type === 'report') resolve({ type: 'report', report: message.report });
        else if (message.type === 'began' || message.type === 'step' || message.type === 'cleanups') tell(message);
      };
    });
    const died = this.exited.then(async (how): Promise<Ending> => {
      await Promise.race([this.#closed, sleep(lastWordsMsMax)]);
      const over = overIn(this.#output);
      return { type: 'died', how, ...(over === undefined ? {} : { over }) };
    });
    const timer = new AbortController();
    const stuck = sleep(Math.max(0, bounds.killAt - Date.now()), undefined, { signal: timer.signal }).then(
      (): Ending => ({ type: 'stuck' }),
    );
    const overweight = this.#weigh(bounds.bytesMax, timer.signal);
    for (const waiting of [stuck, overweight]) waiting.catch(() => {});
    this.#send({ type: 'run', order });
    const ending = await Promise.race([reported, died, stuck, overweight]);
    timer.abort();
    this.#hear = () => {};
    return ending;
  }

  /** Resolves once the child and its browser hold too much; rejects when it is told to stop. */
  async #weigh(bytesMax: number, signal: AbortSignal): Promise<Ending> {
    for (;;) {
      await sleep(weighEveryMs, undefined, { signal });
      const bytes = await this.memoryBytes();
      if (bytes > bytesMax) return { type: 'overweight', bytes };
    }
  }

  async settled(): Promise<string | undefined> {
    const timer = new AbortController();
    const slow = sleep(idleMsMax, 'it did not clear its run away', { signal: timer.signal });
    slow.catch(() => {});
    const doubt = await Promise.race([this.#nextIdle.promise, this.exited, slow]);
    timer.abort();
    return doubt;
  }

  async memoryBytes(): Promise<number> {
    const tree = await processTree(this.pid);
    return tree.reduce((sum, row) => sum + row.bytes, 0);
  }

  kill(): Promise<void> {
    this.#killed ??= this.#end();
    return this.#killed;
  }

  async #end(): Promise<void> {
    const pid = this.pid;
    if (pid > 0 && this.#child.exitCode === null && this.#child.signalCode === null) {
      // Stopped first, so that it starts nothing more while its family is counted.
      this.#child.kill('SIGSTOP');
      for (const row of await processTree(pid)) this.#spawned.add(row.pid);
      killGroup(pid);
    }
    // Playwright gives the browser a process group of its own: it outlives its parent.
    for (const other of this.#spawned) if (other !== pid) killGroup(other);
    await this.exited;
    await this.#allGone();
    await rm(this.#scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }

  async #allGone(): Promise<void> {
    const until = Date.now() + goneMsMax;
    for (const pid of this.#spawned) {
      while (Date.now() < until && (await runs(pid))) await sleep(5);
    }
  }

  #receive(message: FromChild): void {
    if (message.type === 'spawned') {
      this.#spawned.add(message.pid);
      this.browser = true;
    } else if (message.type === 'gone') {
      this.#spawned.delete(message.pid);
    } else if (message.type === 'idle') {
      this.#nextIdle.resolve(message.doubt);
    } else {
      this.#hear(message);
    }
  }

  /** True once that message came, `''` when it took too long, else how the child ended. */
  async #until(type: 'ready' | 'warm', msMax: number): Promise<true | string> {
    const timer = new AbortController();
    const came = Promise.withResolvers<true>();
    const listen = (message: FromChild) => {
      if (message.type === type) came.resolve(true);
    };
    this.#child.on('message', listen);
    const slow = sleep(msMax, '', { signal: timer.signal });
    slow.catch(() => {});
    const outcome = await Promise.race([came.promise, this.exited, slow]);
    timer.abort();
    this.#child.off('message', listen);
    return outcome;
  }

  #send(message: ToChild): void {
    // A child that is gone cannot be told; its exit is what the caller hears.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}
