/**
 * Random streams against the http engine: `npm run fuzz [-- --streams 20000] [--lanes 32] [--seed N]`.
 *
 * Says how long it took, what came, and by how much the memory grew; a failure names its seed and its smallest case.
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../src/run/http/fuzz.fixture.ts';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '20000' },
    lanes: { type: 'string', default: '32' },
    seed: { type: 'string' },
  },
});
/** By how much the memory may grow after the first tenth, MiB. */
const growthMibMax = 64;
const streams = Number(values.streams);
const memoryMib = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1024 ** 2;
};

const began = performance.now();
let warm: number | undefined;
const { streams: sent, outcomes } = await fuzz({
  streams,
  lanes: Number(values.lanes),
  ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  progress: (done) => {
    if (warm === undefined && done >= streams / 10) warm = memoryMib();
    if (process.stdout.isTTY && done % 1_000 < Number(values.lanes)) process.stdout.write(`\r${done} streams`);
  },
});
const growth = memoryMib() - (warm ?? 0);
const seconds = (performance.now() - began) / 1_000;
const counts = Object.entries(outcomes).sort((a, b) => b[1] - a[1]);
process.stdout.write(
  `\r${sent} streams in ${seconds.toFixed(1)} s; memory grew by ${growth.toFixed(1)} MiB after the first tenth\n`,
);
for (const [outcome, count] of counts) process.stdout.write(`  ${outcome.padEnd(18)} ${count}\n`);
if (growth > growthMibMax) {
  process.stdout.write(`more than the ${growthMibMax} MiB that it may\n`);
  process.exitCode = 1;
}
