/**
 * Worker processes, kept running: each is started again when it ends unasked, ever more patiently, and all are ended
 * together within a bound.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asError } from '../base/errors.ts';
import { formatDuration } from '../base/time.ts';

const restartMsMin = 200;
const restartMsMax = 10_000;
/** A worker that lived this long had started well: its next restart is a quick one. Milliseconds. */
const steadyMs = 30_000;
/** How long workers may take to end when asked: above what each grants itself. Milliseconds. */
const stopMsMax = 28_000;

/** A worker to keep running. */
export interface WorkerSpec {
  /** As people are told of it. */
  readonly name: string;
  /** Path of the program. */
  readonly file: string;
  /** Asked before every start: its whole environment. */
  readonly env: () => Promise<Readonly<Record<string, string>>>;
}

/** Keeps workers running. Disposing asks all to end, insists after 28 s, and resolves when all are gone. */
export interface Supervisor extends AsyncDisposable {
  /** Starts a worker and keeps it running. Resolves with its process id, `undefined` if it could not be started yet. */
  keep(spec: WorkerSpec): Promise<number | undefined>;
  /** Kills what is left, at once. */
  kill(): void;
}

/**
 * @param options.say told, a line each, of every death and restart
 * @param options.stopMsMax how long workers may take to end, milliseconds; 28 s by default
 */
export function supervise(options: { readonly say: (line: string) => void; readonly stopMsMax?: number }): Supervisor {
  const stop = new AbortController();
  const workers: Worker[] = [];
  const killAll = () => {
    for (const worker of workers) worker.signal('SIGKILL');
  };
  return {
    keep(spec) {
      const worker = new Worker(spec, options.say, stop.signal);
      workers.push(worker);
      return worker.started;
    },
    kill: killAll,
    async [Symbol.asyncDispose]() {
      stop.abort();
      for (const worker of workers) worker.end();
      const insist = setTimeout(() => {
        const left = workers.filter(({ running }) => running).map(({ name }) => name);
        options.say(`killing what does not end by itself: ${left.join(', ')}`);
        killAll();
      }, options.stopMsMax ?? stopMsMax);
      await Promise.all(workers.map(({ ended }) => ended));
      clearTimeout(insist);
    },
  };
}

class Worker {
  readonly name: string;
  /** Settles when the first start was tried. */
  readonly started: Promise<number | undefined>;
  /** Settles when it is stopped and gone. */
  readonly ended: Promise<void>;
  readonly #spec: WorkerSpec;
  readonly #say: (line: string) => void;
  readonly #stop: AbortSignal;
  #child: ChildProcess | undefined;

  constructor(spec: WorkerSpec, say: (line: string) => void, stop: AbortSignal) {
    this.name = spec.name;
    this.#spec = spec;
    this.#say = say;
    this.#stop = stop;
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    this.started = promise;
    this.ended = this.#keep(resolve);
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Signals the worker's whole group, where it still runs. */
  signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (!this.running || pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has just ended.
    }
  }

  /** Asks it to end. */
  end(): void {
    if (!this.running) return;
    this.#child?.kill('SIGTERM');
    // An open channel would keep the process from ending when its work is done.
    if (this.#child?.connected) this.#child.disconnect();
  }

  async #keep(tried: (pid: number | undefined) => void): Promise<void> {
    for (let waitMs = restartMsMin; !this.#stop.aborted; waitMs = Math.min(2 * waitMs, restartMsMax)) {
      const since = performance.now();
      const how = await this.#run(tried).catch((error: unknown) => `could not be started: ${asError(error).message}`);
      tried(undefined);
      if (this.#stop.aborted) return;
      if (performance.now() - since >= steadyMs) waitMs = restartMsMin;
      this.#say(`${this.name} ${how}; starting it again in ${formatDuration(waitMs)}`);
      await delay(waitMs, undefined, { signal: this.#stop }).catch(() => {});
    }
  }

  /** One life of the process; how it ended. */
  async #run(tried: (pid: number | undefined) => void): Promise<string> {
    const { file, env } = this.#spec;
    const environment = await env();
    if (this.#stop.aborted) return 'was not started';
    const flags = extname(file) === '.ts' ? ['--conditions=vedette-source'] : [];
    const child = spawn(process.execPath, [...flags, file], {
      env: environment,
      // Standard output is ours. The channel tells the worker when we are gone, even by kill -9.
      stdio: ['ignore', 2, 2, 'ipc'],
      // A group of its own: Ctrl-C in a terminal is ours to pass on, and at the worst the whole group can be killed.
      detached: true,
    });
    this.#child = child;
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
      child.once('spawn', () => tried(child.pid));
    });
  }
}
