/**
 * A worker for the tests of those who start workers: notes its life in a file of VEDETTE_NOTES_DIR and does what it is
 * told there. Started as a program.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';

const { VEDETTE_NOTES_DIR, WORKER_NAME, VEDETTE_METRICS_PORT, VEDETTE_VANTAGE } = process.env;
const name = WORKER_NAME ?? [basename(process.argv[1] ?? '', '.ts'), VEDETTE_VANTAGE].filter(Boolean).join('-');
if (VEDETTE_NOTES_DIR === undefined) throw new Error('nowhere to note anything: VEDETTE_NOTES_DIR is not set');
const folder = VEDETTE_NOTES_DIR;

function note(event: string): void {
  appendFileSync(join(folder, 'lives'), `${JSON.stringify({ event, name, pid: process.pid, env: process.env })}\n`);
}

const isStubborn = existsSync(join(folder, `${name}-stubborn`));
process.on('SIGTERM', () => {
  note('asked to end');
  if (!isStubborn) process.exit(0);
});
process.on('disconnect', () => {
  note('left alone');
  if (!isStubborn) process.exit(0);
});
if (VEDETTE_METRICS_PORT !== undefined) {
  createServer((_, response) => response.end('well')).listen(Number(VEDETTE_METRICS_PORT), '127.0.0.1');
}
note('started');
if (existsSync(join(folder, `${name}-dies`))) process.exit(3);
setInterval(() => {}, 1_000);
