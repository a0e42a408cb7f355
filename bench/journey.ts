/**
 * A trivial journey in the warm pool, beside the same Playwright calls in a bare loop of one process.
 *
 *   node bench/journey.ts [--pairs 60] [--runs 500]
 *
 * They take turns (A B A B …), so that whatever else the machine does meets both. `latency` is what a schedule sees:
 * from asking to the result. `turnaround` also counts what the child does before it can take the next run. A loop
 * without pauses over `--runs` journeys then shows the throughput, and the memory after 50 and at the end.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright';
import { expect } from 'playwright/test';
import { createLog } from '../src/base/log.ts';
import type { JourneyProbe, Landscape } from '../src/probe/definition.ts';
import type { Task } from '../src/result/result.ts';
import { findChromium, sandboxOf } from '../src/run/journey/chromium.ts';
import { createJourneyEngine, type JourneyEngine } from '../src/run/journey/engine.ts';
import { processTree } from '../src/run/journey/process-tree.ts';

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '60' }, runs: { type: 'string', default: '500' } },
});
const pairs = Number(values.pairs);
const runs = Number(values.runs);

const script = `
  import { expect, journey } from 'vedette';
  export default journey('shop/home', { every: '1m' }, async ({ page, url }) => {
    await page.goto(url);
    await expect(page).toHaveTitle('Shop');
  });`;

const landscape: Landscape = { project: 'bench', teams: {}, systems: {}, vantages: {}, secrets: {} };

async function target() {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<title>Shop</title><h1>Milk</h1>');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function journeyRunner(engine: JourneyEngine, url: string) {
  const built = await build({
    stdin: { contents: script, sourcefile: 'shop/home.ts' },
    bundle: true,
    write: false,
    format: 'esm',
    sourcemap: 'inline',
    external: ['vedette'],
  });
  const text = built.outputFiles[0]?.text ?? '';
  const probe: JourneyProbe = {
    kind: 'journey',
    id: 'shop/home',
    system: 'shop',
    schedule: { everyMs: 60_000 },
    from: ['here'],
    variants: [{ key: '', values: { url } }],
    timeoutMs: 20_000,
    severity: 'info',
    dependsOn: [],
    vitals: {},
    secrets: [],
    source: { file: 'shop/home.ts', line: 3 },
    bundle: createHash('sha256').update(text).digest('hex'),
    export: 'default',
  };
  return async () => {
    const check = { id: 'shop/home@here', probe, variant: { key: '', values: { url } }, vantage: 'here' };
    const task: Task = { check, cause: 'manual', scheduledAt: Date.now(), request: 'bench', plan: 'bench' };
    const result = await engine.run(task, {
      landscape,
      vantage: undefined,
      secret: () => undefined,
      keepArtifact: async () => undefined,
      bundle: async () => text,
    });
    if (result.outcome !== 'pass') throw new Error(`the journey did not pass: ${JSON.stringify(result)}`);
  };
}

async function bare(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await expect(page).toHaveTitle('Shop');
  await context.close();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

async function memoryMiB(engine: JourneyEngine): Promise<string> {
  const rows = (await Promise.all(engine.pids().map((pid) => processTree(pid)))).flat();
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  return `${Math.round(bytes / 1024 ** 2)} MiB resident in ${rows.length} processes`;
}

async function sideBySide(
  journey: () => Promise<void>,
  loop: () => Promise<void>,
  engine: JourneyEngine,
): Promise<void> {
  const seen = { latency: [] as number[], turnaround: [] as number[], bare: [] as number[] };
  for (let pair = 0; pair < pairs; pair++) {
    const from = performance.now();
    await journey();
    seen.latency.push(performance.now() - from);
    await engine.settled();
    seen.turnaround.push(performance.now() - from);
    seen.bare.push(await timed(loop));
  }
  const base = median(seen.bare);
  for (const [name, times] of Object.entries(seen)) {
    const ms = median(times);
    console.log(`${name.padEnd(11)} median ${ms.toFixed(1).padStart(6)} ms   ${(ms / base).toFixed(2)} × bare`);
  }
}

async function inARow(journey: () => Promise<void>, loop: () => Promise<void>, engine: JourneyEngine): Promise<void> {
  let journeysMs = 0;
  let bareMs = 0;
  // In blocks, taking turns: neither gets the quieter half of the machine's time.
  for (let done = 0; done < runs; done += 50) {
    const block = Math.min(50, runs - done);
    journeysMs += await timed(async () => {
      for (let run = 0; run < block; run++) await journey();
      await engine.settled();
    });
    bareMs += await timed(async () => {
      for (let run = 0; run < block; run++) await loop();
    });
    if (done === 0) console.log(`after  50 journeys: ${await memoryMiB(engine)}`);
  }
  console.log(`after ${runs} journeys: ${await memoryMiB(engine)}`);
  const [each, bareEach] = [journeysMs / runs, bareMs / runs];
  console.log(
    `in a row    mean   ${each.toFixed(1).padStart(6)} ms   ${(each / bareEach).toFixed(2)} × bare (${bareEach.toFixed(1)} ms)`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'vedette-bench-'));
const executablePath = await findChromium(process.env.VEDETTE_CHROMIUM);
if (executablePath === undefined) throw new Error('no Chromium was found; run npm run setup, or set VEDETTE_CHROMIUM');
const { server, url } = await target();
const engine = createJourneyEngine({
  poolSize: 1,
  chromium: executablePath,
  sandbox: 'auto',
  dataDir: folder,
  log: createLog('bench', 'error'),
});
const browser = await chromium.launch({ executablePath, chromiumSandbox: sandboxOf('auto').on });
try {
  const journey = await journeyRunner(engine, url);
  const loop = () => bare(browser, url);
  for (let warmUp = 0; warmUp < 10; warmUp++) {
    await journey();
    await loop();
  }
  await sideBySide(journey, loop, engine);
  await inARow(journey, loop, engine);
} finally {
  await browser.close();
  await engine[Symbol.asyncDispose]();
  server.close();
  await rm(folder, { recursive: true, force: true });
}
