/**
 * What a script asked to be done at its end, whatever happened.
 */
import { asError } from '../../../base/errors.ts';

/**
 * Runs them, the last registered first, within `msMax` in all. One that fails does not stop the others.
 * @returns what went wrong, `undefined` when nothing did.
 */
export async function runCleanups(bodies: readonly (() => unknown)[], msMax: number): Promise<string | undefined> {
  if (bodies.length === 0) return undefined;
  const faults: string[] = [];
  const { promise: late, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(resolve, msMax, 'late');
  for (const body of [...bodies].reverse()) {
    const done = (async () => body())().catch((thrown: unknown) => {
      faults.push(asError(thrown).message.split('\n')[0] ?? '');
    });
    if ((await Promise.race([done, late])) !== 'late') continue;
    faults.push(`it took longer than ${msMax} ms`);
    break;
  }
  clearTimeout(timer);
  return faults.length === 0 ? undefined : faults.join('; ');
}
