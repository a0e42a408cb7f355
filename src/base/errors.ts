/**
 * Errors that a person reads: what happened, to what, and what to do next.
 */

/** An error with a stable code, a mend for the reader, and its cause kept. */
export class VedetteError extends Error {
  /** Stable, upper snake case, e.g. `REDIS_UNREACHABLE`. */
  readonly code: string;
  /** What the reader can do about it, one sentence; printed after the message. */
  readonly mend: string | undefined;

  constructor(code: string, message: string, options: { mend?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VedetteError';
    this.code = code;
    this.mend = options.mend;
  }
}

/** Whatever was thrown, as an `Error`; a non-error becomes the message and stays the cause. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(typeof thrown === 'string' ? thrown : `thrown: ${String(thrown)}`, { cause: thrown });
}
