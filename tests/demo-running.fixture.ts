/**
 * The demo as a user starts it, in a folder and on ports of its own, with a Prometheus that scrapes it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type History, openHistory } from '../src/result/history.ts';

const runFile = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const source = ['--conditions=vedette-source'];

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Waits until `look` yields something, and says what was waited for if it does not. */
export async function until<T>(
  what: string,
  msMax: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + msMax;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${msMax / 1_000} s`);
    await delay(200);
  }
}

export interface RunningDemo extends AsyncDisposable {
  readonly dataDir: string;
  readonly metricsPort: number;
  /** Epoch ms at which its process was started. */
  readonly startedAt: number;
  history(): History;
  /** `npm run demo -- WORDS`. */
  command(...words: string[]): Promise<string>;
  /** `vedette WORDS` with the demo's settings. */
  vedette(...words: string[]): Promise<string>;
}

/** Starts the demo on `firstPort` and the ports after it. */
export async function startDemo(firstPort: number): Promise<RunningDemo> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-demo-'));
  const dataDir = join(folder, 'demo');
  const metricsPort = await freePort();
  const env = {
    ...process.env,
    VEDETTE_WEB_PORT: String(await freePort()),
    VEDETTE_METRICS_PORT: String(metricsPort),
  };
  const startedAt = Date.now();
  const ports = ['--first-port', String(firstPort)];
  const child = spawn(process.execPath, [...source, join(root, 'demo/run.ts'), ...ports, 'up', '--data-dir', dataDir], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const histories: History[] = [];
  const path = join(dataDir, 'history.db');
  const first = await until('the history of the demo', 40_000, () => {
    if (child.exitCode !== null) throw new Error(`the demo ended:\n${said}`);
    try {
      return openHistory(path, { readOnly: true });
    } catch {
      return undefined;
    }
  });
  histories.push(first);
  return {
    dataDir,
    metricsPort,
    startedAt,
    history: () => first,
    async command(...words) {
      const { stdout } = await runFile(process.execPath, [...source, join(root, 'demo/run.ts'), ...ports, ...words], {
        cwd: root,
        env,
      });
      return stdout;
    },
    async vedette(...words) {
      const own = { ...env, VEDETTE_DATA_DIR: dataDir, VEDETTE_PROBES_DIR: join(dataDir, 'probes') };
      const { stdout } = await runFile(process.execPath, [...source, join(root, 'src/cli/main.ts'), ...words], {
        cwd: root,
        env: own,
      });
      return stdout;
    },
    async [Symbol.asyncDispose]() {
      for (const history of histories) history[Symbol.dispose]();
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([ended, delay(40_000, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

export interface RunningPrometheus extends AsyncDisposable {
  /** The answer to an instant query: labels and value of each series. */
  query(promql: string): Promise<{ metric: Record<string, string>; value: number }[]>;
}

/** Starts a Prometheus that scrapes one address every second. */
export async function startPrometheus(target: string): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-prometheus-'));
  const port = await freePort();
  const config = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'vedette', static_configs: [{ targets: [target] }] }],
  };
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const query = async (promql: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(promql)}`);
    const body = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  };
  await until('Prometheus', 20_000, () =>
    query('up').then(
      (up) => (up[0]?.value === 1 ? true : undefined),
      () => undefined,
    ),
  );
  return {
    query,
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
