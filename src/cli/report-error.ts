/**
 * An error on its way to a person: what happened and what to do; the stack only for those who ask for it.
 */
import { asError, VedetteError } from '../base/errors.ts';
import { paint } from './paint.ts';

/** Prints to standard error. Returns the exit code, 2: nothing is said about the target. */
export function reportError(thrown: unknown): 2 {
  const error = asError(thrown);
  const lines = [`${paint.bad('error:', process.stderr)} ${error.message}`];
  if (error instanceof VedetteError && error.mend !== undefined) lines.push(error.mend);
  if (process.env.VEDETTE_LOG_LEVEL === 'debug' || process.env.VEDETTE_LOG_LEVEL === 'trace') {
    lines.push(error.stack ?? '');
    for (let cause = error.cause; cause !== undefined; cause = asError(cause).cause) {
      lines.push(`caused by ${asError(cause).stack ?? asError(cause).message}`);
    }
  } else if (!(error instanceof VedetteError)) {
    lines.push('This is a defect of Vedette. VEDETTE_LOG_LEVEL=debug shows where it happened.');
  }
  process.stderr.write(`${lines.join('\n')}\n`);
  return 2;
}
