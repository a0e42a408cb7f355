/**
 * A thread beside the script: a script in an endless loop cannot notice that its parent is gone, or that it fills the
 * machine's memory; this thread can.
 */
import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { outOfMemoryMark } from '../messages.ts';
import { endAlone } from './orphan.ts';

const lookMs = 100;
/** Resident memory of the script's process, bytes: its heap has a bound of its own, its buffers have only this one. */
const scriptBytesMax = 896 * 1024 * 1024;
const standardError = 2;

const { parent, scratch } = workerData as { parent: number; scratch: string };
const spawned = new Set<number>();

parentPort?.on('message', ({ type, pid }: { type: 'spawned' | 'gone'; pid: number }) => {
  if (type === 'spawned') spawned.add(pid);
  else spawned.delete(pid);
});
setInterval(() => {
  if (process.ppid !== parent) endAlone(spawned, scratch);
  if (process.memoryUsage.rss() <= scriptBytesMax) return;
  writeSync(standardError, `${outOfMemoryMark}\n`);
  process.kill(process.pid, 'SIGKILL');
}, lookMs);
