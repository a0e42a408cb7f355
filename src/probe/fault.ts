/**
 * A fault as a person reads it: where, what, and the mend.
 */

/** Something that keeps a file, or a probe in it, from being used. */
export interface Fault {
  /** Relative to the working directory, so that a terminal can open it. */
  readonly file: string;
  readonly line?: number;
  /** Id of the probe, where it has got so far. */
  readonly probe?: string;
  readonly message: string;
  readonly mend: string;
  /** Where it lies in a file that others share: those that cannot be used for it. */
  readonly usedBy?: readonly string[];
}

const listedMax = 3;

/** One line: `probes/shop/checkout.ts:12  timeout 90s is longer than every 60s; shorten it or run less often`. */
export function formatFault({ file, line, message, mend, usedBy = [] }: Fault): string {
  const more = usedBy.length > listedMax ? ` and ${usedBy.length - listedMax} more` : '';
  const users = usedBy.length === 0 ? '' : ` (used by ${usedBy.slice(0, listedMax).join(', ')}${more})`;
  return `${file}${line === undefined ? '' : `:${line}`}  ${message}; ${mend}${users}`;
}

/** By file, then line. */
export function compareFaults(a: Fault, b: Fault): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0);
}
