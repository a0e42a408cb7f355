/**
 * What happens when the parent is gone: nothing of this child must outlive it.
 */
import { readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { childFolderPrefix } from '../messages.ts';
import { killGroup } from '../process-tree.ts';

/** Ends the processes that this one started, removes its folder, and ends it. Does not return. */
export function endAlone(spawned: Iterable<number>, scratch: string): void {
  for (const pid of spawned) killGroup(pid);
  try {
    const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 };
    rmSync(scratch, removal);
    // The last to go takes what they shared: the engine's folder, with the bundles.
    const root = dirname(scratch);
    if (!readdirSync(root).some((name) => name.startsWith(childFolderPrefix))) rmSync(root, removal);
  } catch {
    // Its engine's successor sweeps it away.
  }
  killGroup(process.pid);
}
