/**
 * A thread beside the script: a script in an endless loop cannot notice that its parent is gone, this thread can.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { endAlone } from './orphan.ts';

const lookMs = 500;

const { parent, scratch } = workerData as { parent: number; scratch: string };
const spawned = new Set<number>();

parentPort?.on('message', ({ type, pid }: { type: 'spawned' | 'gone'; pid: number }) => {
  if (type === 'spawned') spawned.add(pid);
  else spawned.delete(pid);
});
setInterval(() => {
  if (process.ppid !== parent) endAlone(spawned, scratch);
}, lookMs);
