/**
 * What happens when the parent is gone: nothing of this child must outlive it.
 */
import { rmSync } from 'node:fs';
import { killGroup } from '../process-tree.ts';

/** Ends the processes that this one started, removes its folder, and ends it. Does not return. */
export function endAlone(spawned: Iterable<number>, scratch: string): void {
  for (const pid of spawned) killGroup(pid);
  try {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {
    // Its engine's successor sweeps it away.
  }
  killGroup(process.pid);
}
