/**
 * Vedette itself, as a child of the demo: `vedette start`, its log in a file, ended within a bound.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { VedetteError } from '../src/base/errors.ts';

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** How long Vedette may take to end by itself, milliseconds. */
const stopMsMax = 30_000;
/** How much of the log's end is told when Vedette ends unasked, lines. */
const tailLinesMax = 15;

export interface VedetteChildOptions {
  readonly dataDir: string;
  /** Settings and secrets, added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A running Vedette. */
export interface VedetteChild extends AsyncDisposable {
  readonly pid: number;
  readonly logPath: string;
  /** Rejects when Vedette ends without having been asked to; never resolves. */
  readonly died: Promise<never>;
}

/** Starts `vedette start`. */
export function startVedette({ dataDir, env }: VedetteChildOptions): VedetteChild {
  const logPath = join(dataDir, 'vedette.log');
  const log = openSync(logPath, 'a');
  const child = spawn(process.execPath, ['--conditions=vedette-source', main, 'start'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
    // A group of its own: Ctrl-C is ours to pass on, once; and at the worst the whole group can be killed.
    detached: true,
  });
  closeSync(log);
  const ended = once(child, 'exit');
  let asked = false;
  const died = ended.then(([code, signal]) => {
    if (asked) return new Promise<never>(() => {});
    const tail = readFileSync(logPath, 'utf8').trimEnd().split('\n').slice(-tailLinesMax).join('\n  ');
    throw new VedetteError('VEDETTE_DIED', `vedette start ended with ${signal ?? `code ${code}`}:\n  ${tail}`, {
      mend: `Its whole log is ${logPath}; vedette doctor says what is missing.`,
    });
  });
  // Whoever waits for it sees the rejection; without anybody it must not end the process.
  died.catch(() => {});
  const { pid } = child;
  if (pid === undefined) throw new VedetteError('VEDETTE_DIED', `cannot start ${process.execPath}`);
  return {
    pid,
    logPath,
    died,
    async [Symbol.asyncDispose]() {
      asked = true;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const stop = new AbortController();
      await Promise.race([ended, delay(stopMsMax, undefined, { signal: stop.signal }).catch(() => {})]);
      stop.abort();
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // The group is gone already, as it should be.
      }
      await ended;
    },
  };
}
