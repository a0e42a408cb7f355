/**
 * What a script asked to be done at its end, whatever happened.
 */
import { asError } from '../../../base/errors.ts';

/** What went wrong while cleaning up. */
export interface CleanupFault {
  readonly message: string;
  /** What the first of them threw; `undefined` when it only took too long. */
  readonly thrown: unknown;
  /** One of them had not ended, and goes on. */
  readonly goesOn: boolean;
}

/**
 * Runs them, the last registered first, within `msMax` in all; one that registers more has these run too. One that
 * fails does not stop the others. What was begun is taken out of `bodies`; what remains in it never ran.
 * @param told hears how many are left, each time that one has ended
 * @returns what went wrong, `undefined` when nothing did.
 */
export async function runCleanups(
  bodies: (() => unknown)[],
  msMax: number,
  told: (left: number) => void,
): Promise<CleanupFault | undefined> {
  if (bodies.length === 0) return undefined;
  const faults: string[] = [];
  let thrown: unknown;
  let goesOn = false;
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, msMax, 'late');
  for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
    const cleanup = body;
    const done = (async () => cleanup())().catch((error: unknown) => {
      thrown ??= error;
      faults.push(asError(error).message.split('\n')[0] ?? '');
    });
    if ((await Promise.race([done, late])) === 'late') {
      goesOn = true;
      faults.push(`not done after the ${Math.round(msMax)} ms that it had${leftTold(bodies.length)}`);
      break;
    }
    told(bodies.length);
  }
  clearTimeout(timer);
  return faults.length === 0 ? undefined : { message: faults.join('; '), thrown, goesOn };
}

function leftTold(left: number): string {
  return left === 0 ? '' : `, with ${left} more to do`;
}
