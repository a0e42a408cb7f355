/**
 * The http engine beside what a user would write instead: `fetch` with a connection of its own each time. Both ask
 * the same local server, which is another process, by turns (A B A B …).
 *
 *   node bench/http-engine.ts [--seconds 5] [--rounds 2] [--in-flight 64]
 *
 * `cpu` is this process's, user and system, per run: a vantage's budget.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { HttpProbe, Landscape } from '../src/probe/definition.ts';
import type { Task } from '../src/result/result.ts';
import type { Surroundings } from '../src/run/engine.ts';
import { createHttpEngine } from '../src/run/http/engine.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '2' },
    'in-flight': { type: 'string', default: '64' },
    serve: { type: 'boolean', default: false },
  },
});
const body = JSON.stringify({ items: [{ sku: 'milk', cents: 129 }] });

async function serve(): Promise<void> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(body);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1_000 });
  await once(server, 'listening');
  process.send?.((server.address() as AddressInfo).port);
  process.once('disconnect', () => process.exit());
}

/** Runs as many as go in the time, so many at a time. */
async function measure(name: string, run: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + Number(values.seconds) * 1_000;
  const began = performance.now();
  const cpu = process.cpuUsage();
  let runs = 0;
  let bad = 0;
  const lane = async () => {
    while (performance.now() < until) {
      if (!(await run())) bad++;
      runs++;
    }
  };
  await Promise.all(Array.from({ length: Number(values['in-flight']) }, lane));
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const perRun = (user + system) / runs;
  const memory = Math.round(process.memoryUsage().rss / 1024 ** 2);
  process.stdout.write(
    `${name.padEnd(8)} ${(runs / seconds).toFixed(0).padStart(6)} runs/s  ${perRun.toFixed(0).padStart(5)} µs cpu each  ` +
      `${((1e6 / perRun) | 0).toString().padStart(6)} a core-second  rss ${memory} MiB  ${bad} bad\n`,
  );
}

async function compare(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['--serve'], { execArgv: process.execArgv });
  const [port] = (await once(child, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/`;
  const probe: HttpProbe = {
    id: 'bench/http',
    system: 'bench',
    kind: 'http',
    schedule: { everyMs: 30_000 },
    from: ['here'],
    variants: [{ key: '', values: {} }],
    timeoutMs: 10_000,
    severity: 'page',
    dependsOn: [],
    source: { file: 'bench.ts', line: 1 },
    requests: {
      '': {
        url,
        method: 'GET',
        headers: {},
        redirects: 10,
        http2: false,
        expect: { status: [200], header: {}, json: { '$.items.length()': { atLeast: 1 } } },
      },
    },
  };
  const landscape: Landscape = { project: 'bench', teams: {}, systems: {}, vantages: {}, secrets: {} };
  const surroundings: Surroundings = {
    landscape,
    vantage: undefined,
    secret: () => undefined,
    keepArtifact: () => Promise.resolve(undefined),
    bundle: () => Promise.reject(new Error('none')),
  };
  const check = { id: 'bench/http@here', probe, variant: { key: '', values: {} }, vantage: 'here' };
  const task: Task = { check, cause: 'scheduled', scheduledAt: 0, plan: 'bench' };
  await using engine = createHttpEngine();
  const ours = async () => (await engine.run(task, surroundings)).outcome === 'pass';
  const fetched = async () => {
    const answer = await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(10_000) });
    const { items } = (await answer.json()) as { items: unknown[] };
    return answer.status === 200 && items.length >= 1;
  };
  for (let round = 0; round < Number(values.rounds); round++) {
    await measure('engine', ours);
    await measure('fetch', fetched);
  }
  child.disconnect();
  await once(child, 'exit');
}

await (values.serve ? serve() : compare());
