/**
 * Which fault is switched when, as it is written on the command line: `payment-down@30s`, `payment-down@30s-60s`.
 */
import { formatDuration, parseDuration } from '../src/base/time.ts';
import { type FaultName, faultNames, isFault } from './faults.ts';

/** A fault that is on for a while. */
export interface PlannedFault {
  readonly fault: FaultName;
  /** Milliseconds after the start. */
  readonly onMs: number;
  /** Milliseconds after the start; `undefined`: it stays on until the end. */
  readonly offMs: number | undefined;
}

/** The planned fault, or what is wrong with how it is written. */
export function parsePlannedFault(text: string): PlannedFault | { readonly wrong: string } {
  const [name = '', times, ...rest] = text.split('@');
  if (!isFault(name)) return { wrong: `there is no fault "${name}"; there are ${faultNames.join(', ')}` };
  const [from = '', to, ...more] = (times ?? '0s').split('-');
  const onMs = parseDuration(from);
  const offMs = to === undefined ? undefined : parseDuration(to);
  const readable = onMs !== undefined && (to === undefined || offMs !== undefined) && rest.length + more.length === 0;
  if (!readable) return { wrong: `"${text}" must look like ${name}@30s or ${name}@30s-60s` };
  if (offMs !== undefined && offMs <= onMs) return { wrong: `"${text}" ends before it begins` };
  return { fault: name, onMs, offMs };
}

/** What lies beyond the end of a bounded demo, as a sentence; `undefined` when all fits in. */
export function beyondTheEnd(planned: readonly PlannedFault[], forMs: number): string | undefined {
  const late = planned.find(({ onMs, offMs }) => Math.max(onMs, offMs ?? 0) > forMs);
  return late && `${late.fault} is switched after the end: the demo runs for ${formatDuration(forMs)}`;
}
