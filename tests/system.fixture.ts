/**
 * The worker processes as they run in production, a target that remembers who asked it when, and plans of many
 * checks: for tests and measurements of the whole.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { HttpProbe, Landscape, Plan } from '../src/probe/definition.ts';
import { makePlan } from '../src/probe/plan.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const linesMax = 5_000;
const endMsMax = 15_000;

/** Waits until `look` yields something but `false` or `undefined`; says what was waited for if it does not in time. */
export async function until<T>(
  what: string,
  msMax: number,
  look: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  const deadline = performance.now() + msMax;
  for (;;) {
    const found = await look();
    if (found !== false && found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${msMax / 1_000} s`);
    await delay(50);
  }
}

/** A worker's log line. */
interface Line {
  readonly time: number;
  readonly level: number;
  readonly msg: string;
}

/** One worker process. */
export class WorkerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    if (child.stderr !== null) createInterface(child.stderr).on('line', (text) => this.#take(text));
  }

  #take(text: string): void {
    let line: Line = { time: Date.now(), level: 50, msg: text };
    try {
      line = JSON.parse(text) as Line;
    } catch {
      // Whatever is no log line is the last word of a process that failed.
    }
    this.#lines.push(line);
    if (this.#lines.length > linesMax) this.#lines.shift();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** When it last logged a line that begins so, epoch ms. */
  said(beginning: string): number | undefined {
    return this.#lines.findLast(({ msg }) => msg.startsWith(beginning))?.time;
  }

  /** Its lines of level warn and above, for a person who looks why a test failed. */
  troubles(): string[] {
    return this.#lines.filter(({ level }) => level >= 40).map(({ msg }) => `${this.name}: ${msg}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it, by the signal and, if that is not heard, by force; resolves once it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.alive) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    // A process that stands still hears nothing but KILL until it goes on.
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), endMsMax);
    await gone;
    clearTimeout(insist);
  }
}

function keepOutput(child: ChildProcess, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => appendFileSync(path, chunk));
  }
}

type Program = 'scheduler' | 'vantage' | 'recorder' | 'web';

/** All worker processes of a test; ends them with it. */
export class Workers implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>;
  readonly #logs: string | undefined;
  readonly #all: WorkerProcess[] = [];

  /**
   * @param env what all of them are told: `VEDETTE_REDIS_URL`, `VEDETTE_PROJECT`, `VEDETTE_DATA_DIR`
   * @param logs a folder for all that they write to standard output and standard error, byte by byte
   */
  constructor(env: Readonly<Record<string, string>>, logs?: string) {
    this.#env = env;
    this.#logs = logs;
  }

  /** Starts a worker; it may not be ready yet when this returns. */
  start(name: string, program: Program, env: Readonly<Record<string, string>> = {}): WorkerProcess {
    const child = spawn(process.execPath, ['--conditions=vedette-source', `workers/${program}.ts`], {
      cwd: root,
      // By the channel it notices when the test is gone, and ends too.
      stdio: ['ignore', this.#logs === undefined ? 'ignore' : 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, LANG: 'C', VEDETTE_METRICS_PORT: '0', ...this.#env, ...env },
    });
    if (this.#logs !== undefined) keepOutput(child, join(this.#logs, name));
    const worker = new WorkerProcess(name, child);
    this.#all.push(worker);
    return worker;
  }

  troubles(): string[] {
    return this.#all.flatMap((worker) => worker.troubles());
  }

  /** When any of them last logged a line that begins so, epoch ms. */
  said(beginning: string): number | undefined {
    return this.#all.map((worker) => worker.said(beginning)).find((at) => at !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#all) if (worker.alive) worker.signal('SIGCONT');
    await Promise.all(this.#all.map((worker) => worker.end('SIGTERM')));
  }
}

/** One request that the target got. */
export interface Asked {
  readonly at: number;
  /** The trace id of its `traceparent`: the run's. */
  readonly trace: string;
}

/** The thing watched: remembers every request by check, and answers each tenth check slowly. */
export class Target implements AsyncDisposable {
  readonly asked = new Map<string, Asked[]>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param slowMs how long the slow ones take, milliseconds */
  static async start(slowMs: number): Promise<Target> {
    const target: Target = new Target(
      createServer((request, response) => {
        const check = decodeURIComponent(request.url?.slice(1) ?? '');
        const trace = String(request.headers.traceparent).split('-')[1] ?? '';
        const before = target.asked.get(check);
        if (before === undefined) target.asked.set(check, [{ at: Date.now(), trace }]);
        else before.push({ at: Date.now(), trace });
        const answer = () => response.end('as it should be');
        if (/0@\w+$/.test(check)) setTimeout(answer, slowMs);
        else answer();
      }),
    );
    target.#server.listen(0, '127.0.0.1', 1_024);
    await once(target.#server, 'listening');
    return target;
  }

  get origin(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A landscape of these vantages, each in a network of its own. */
function landscapeOf(project: string, vantages: readonly string[]): Landscape {
  return {
    project,
    teams: { web: { label: 'Web' } },
    systems: { shop: { label: 'Shop', owner: 'web', hosts: [], external: false, dependsOn: [], headers: {} } },
    vantages: Object.fromEntries(
      vantages.map((name) => [name, { label: name, country: 'DE', network: name, inside: false }]),
    ),
    secrets: {},
  };
}

/** Http probes `shop/p0`, `shop/p1`…, of one vantage each in turn; each asks a path that is its check's id. */
export function probesOf(options: {
  readonly count: number;
  readonly vantages: readonly string[];
  /** Taken in turn. */
  readonly everyMs: readonly number[];
  readonly timeoutMs: number;
  readonly origin: string;
}): HttpProbe[] {
  const { vantages, everyMs, timeoutMs, origin } = options;
  return Array.from({ length: options.count }, (_, i) => {
    const id = `shop/p${i}`;
    const vantage = vantages[i % vantages.length] ?? '';
    return {
      id,
      kind: 'http',
      system: 'shop',
      schedule: { everyMs: everyMs[Math.floor(i / vantages.length) % everyMs.length] ?? 0 },
      from: [vantage],
      variants: [{ key: '', values: {} }],
      timeoutMs,
      severity: 'page',
      dependsOn: [],
      source: { file: 'shop/p.ts', line: 1 },
      requests: {
        '': {
          url: `${origin}/${encodeURIComponent(`${id}@${vantage}`)}`,
          method: 'GET',
          headers: {},
          redirects: 0,
          http2: false,
          expect: { status: ['2xx'], header: {}, json: {} },
        },
      },
    };
  });
}

/** The plan of these probes, all of them of the system `shop`. */
export function planOf(project: string, vantages: readonly string[], probes: readonly HttpProbe[]): Plan {
  return makePlan(landscapeOf(project, vantages), probes);
}
