/**
 * What a script asked to be done at its end, whatever happened.
 */
import { asError } from '../../../base/errors.ts';

/** What went wrong while cleaning up. */
export interface CleanupFault {
  readonly message: string;
  /** What the first of them threw; `undefined` when it only took too long. */
  readonly thrown: unknown;
}

/**
 * Runs them, the last registered first, within `msMax` in all. One that fails does not stop the others.
 * @param told hears how many are left, each time that one has ended
 * @returns what went wrong, `undefined` when nothing did.
 */
export async function runCleanups(
  bodies: readonly (() => unknown)[],
  msMax: number,
  told: (left: number) => void,
): Promise<CleanupFault | undefined> {
  if (bodies.length === 0) return undefined;
  const faults: string[] = [];
  let thrown: unknown;
  let left = bodies.length;
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, msMax, 'late');
  for (const body of [...bodies].reverse()) {
    const done = (async () => body())().catch((error: unknown) => {
      thrown ??= error;
      faults.push(asError(error).message.split('\n')[0] ?? '');
    });
    if ((await Promise.race([done, late])) === 'late') {
      faults.push(`not done after ${Math.round(msMax)} ms${left > 1 ? `, with ${left - 1} more to do` : ''}`);
      break;
    }
    told(--left);
  }
  clearTimeout(timer);
  return faults.length === 0 ? undefined : { message: faults.join('; '), thrown };
}
