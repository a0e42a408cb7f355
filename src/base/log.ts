/**
 * The log: pino, JSON lines on standard error, so that standard output stays free for what a program prints.
 */
import { pino } from 'pino';

export type { Logger } from 'pino';

/** A logger for one worker. `level` is pino's: trace, debug, info, warn, error, fatal or silent. */
export function createLog(name: string, level: string) {
  return pino({ name, level, base: { pid: process.pid, name } }, pino.destination({ dest: 2, sync: true }));
}
