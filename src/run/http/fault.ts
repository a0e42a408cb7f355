/**
 * What ended a run short of a pass, before it becomes part of a result.
 */
import type { Outcome, Phase, Reason } from '../../result/result.ts';

/** An outcome other than `pass`, its reason, and a message for people. */
export interface Fault {
  readonly outcome: Exclude<Outcome, 'pass'>;
  readonly reason: Reason;
  readonly message: string;
  /** The phase in which it hung or failed; the stopwatch's where a network fault names none. */
  readonly phase?: Phase;
}

/** The target's fault. */
export function failed(reason: Reason, message: string, phase?: Phase): Fault {
  return { outcome: 'fail', reason, message, ...(phase === undefined ? {} : { phase }) };
}

/** Ours: the probe, the vantage, its proxy, this program. */
export function broken(reason: Reason, message: string, phase?: Phase): Fault {
  return { outcome: 'broken', reason, message, ...(phase === undefined ? {} : { phase }) };
}

/** Ends an exchange with a fault that is already classified. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = 'FaultError';
    this.fault = fault;
  }
}
