/**
 * What the tests here share: a journey written as text, bundled as the product does it, run by a real engine.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../base/log.ts';
import { bundle } from '../../probe/bundle.ts';
import type { JourneyProbe, Landscape, System, Vantage } from '../../probe/definition.ts';
import type { ArtifactRef, Cause, Result } from '../../result/result.ts';
import type { StepEvent } from '../engine.ts';
import { createJourneyEngine, type JourneyEngine, type JourneyEngineOptions } from './engine.ts';
import { processTree } from './process-tree.ts';

export interface Trial {
  readonly probe?: Partial<JourneyProbe>;
  readonly values?: Record<string, string>;
  readonly systems?: Readonly<Record<string, Partial<System>>>;
  readonly egress?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  /** `manual` by default. */
  readonly cause?: Cause;
  readonly trace?: boolean;
  readonly onStep?: (event: StepEvent) => void;
}

export interface Tried {
  readonly result: Result;
  readonly artifacts: readonly { readonly ref: ArtifactRef; readonly content: Uint8Array }[];
}

/** An engine with folders of its own, for one test file. */
export class Stand implements AsyncDisposable {
  readonly folder: string;
  readonly engine: JourneyEngine;
  #files = 0;

  private constructor(folder: string, options: Partial<JourneyEngineOptions>) {
    this.folder = folder;
    this.engine = createJourneyEngine({
      poolSize: 1,
      chromium: process.env.VEDETTE_CHROMIUM,
      sandbox: 'auto',
      dataDir: join(folder, 'var'),
      log: createLog('test', 'silent'),
      ...options,
    });
  }

  static async create(options: Partial<JourneyEngineOptions> = {}): Promise<Stand> {
    return new Stand(await mkdtemp(join(tmpdir(), 'vedette-journeys-')), options);
  }

  /** Runs a journey whose script is this text: an arrow function. `head` stands before the definition. */
  async try(script: string, trial: Trial = {}, head = ''): Promise<Tried> {
    const file = `shop/trial-${this.#files++}.ts`;
    const text = `import { expect, journey } from 'vedette';\n${head}\nexport default journey('shop/trial', {}, ${script});\n`;
    return this.tryBundle(await this.#bundled(file, text), {
      ...trial,
      probe: { source: { file, line: 3 }, ...trial.probe },
    });
  }

  async tryBundle({ hash, text }: { hash: string; text: string }, trial: Trial): Promise<Tried> {
    const variant = { key: '', values: trial.values ?? {} };
    const probe: JourneyProbe = { ...plainProbe, bundle: hash, variants: [variant], ...trial.probe };
    const artifacts: { ref: ArtifactRef; content: Uint8Array }[] = [];
    const result = await this.engine.run(
      {
        check: { id: 'shop/trial@fra', probe, variant, vantage: 'fra' },
        cause: trial.cause ?? 'manual',
        scheduledAt: 1,
        plan: 'plan',
      },
      {
        landscape: landscapeOf(trial.systems ?? {}),
        vantage: trial.egress === undefined ? undefined : vantageWith(trial.egress),
        secret: (name) => trial.secrets?.[name],
        bundle: () => Promise.resolve(text),
        keepArtifact: async (kind, type, content) => {
          const ref = {
            kind,
            type,
            bytes: content.byteLength,
            hash: createHash('sha256').update(content).digest('hex'),
          };
          artifacts.push({ ref, content });
          return ref;
        },
        ...(trial.trace === undefined ? {} : { trace: trial.trace }),
        ...(trial.onStep === undefined ? {} : { onStep: trial.onStep }),
      },
    );
    return { result, artifacts };
  }

  /** Every process below the engine's children, by pid and command line. */
  async processes(): Promise<{ pid: number; command: string }[]> {
    const trees = await Promise.all(this.engine.pids().map((pid) => processTree(pid)));
    return Promise.all(trees.flat().map(async ({ pid }) => ({ pid, command: await commandOf(pid) })));
  }

  /** Pids of the browsers themselves, without the processes that they start, but with the script that wraps one. */
  async browsers(children = this.engine.pids()): Promise<number[]> {
    const below = (await Promise.all(children.map((pid) => processTree(pid)))).flat();
    const under = (parents: readonly number[]) =>
      below.filter(({ parent }) => parents.includes(parent)).map(({ pid }) => pid);
    const direct = under(children);
    const all = [...direct, ...under(direct)];
    const commands = await Promise.all(all.map(commandOf));
    return all.filter((_pid, at) => /^(?!.* --type=).* --remote-debugging-pipe/.test(commands[at] ?? ''));
  }

  /** What lies in the engine's data folder, files and folders. */
  async files(): Promise<string[]> {
    return readdir(join(this.folder, 'var', 'journeys')).catch(() => []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #bundled(file: string, text: string): Promise<{ hash: string; text: string }> {
    const probes = join(this.folder, 'probes');
    await mkdir(join(probes, 'shop'), { recursive: true });
    await writeFile(join(probes, file), text);
    const built = await bundle(probes, file);
    if ('faults' in built) throw new Error(JSON.stringify(built.faults));
    return built;
  }
}

/** Command line of a process, `''` when it is gone. */
export async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ');
}

/** A local server that is closed at once in the end, however many connections it holds. */
export class Local implements Disposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(listener: RequestListener): Promise<Local> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return new Local(server);
  }

  /** `127.0.0.1:port`. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  get server(): Server {
    return this.#server;
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** A listener that answers with these pages, by path; 404 for others. */
export function pages(byPath: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    const body = byPath[new URL(request.url ?? '/', 'http://x').pathname];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(body ?? '');
  };
}

const plainProbe: Omit<JourneyProbe, 'bundle' | 'variants'> = {
  kind: 'journey',
  id: 'shop/trial',
  system: 'shop',
  schedule: { everyMs: 60_000 },
  from: ['fra'],
  timeoutMs: 15_000,
  severity: 'page',
  dependsOn: [],
  source: { file: 'shop/trial.ts', line: 1 },
  export: 'default',
  vitals: {},
  secrets: [],
};

function landscapeOf(systems: Readonly<Record<string, Partial<System>>>): Landscape {
  const plain: System = { label: '', owner: 'team', hosts: [], external: false, dependsOn: [], headers: {} };
  const filled = Object.entries(systems).map(([name, system]) => [name, { ...plain, ...system }]);
  return { project: 'test', teams: {}, systems: Object.fromEntries(filled), vantages: {}, secrets: {} };
}

function vantageWith(egress: string): Vantage {
  return { label: 'Frankfurt', country: 'DE', network: 'a', inside: false, egress };
}
