/**
 * Imports bundles in a child process that may hang, exit or die: then it is replaced, and only the file at fault
 * has lost.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asError, VedetteError } from '../base/errors.ts';
import { formatDuration } from '../base/time.ts';
import { loaderHeapMiBMax } from './limits.ts';
import { sayThrown } from './unread.ts';
import type { ImportReport, ImportRequest, Oddity, Written } from './written.ts';

// A cold start of Node on a busy machine; not the authors' fault, so not within a file's time.
const startMsMax = 30_000;

/** A file that could not be imported, or that threw later: what happened, and the stack it left, if any. */
export interface ImportFailure {
  readonly message: string;
  readonly mend: string;
  readonly stack: string;
  /** It did not come to an end. */
  readonly hung?: true;
}

export interface Imported {
  readonly definitions: readonly Written[];
  /** Exports that should be definitions and are not. */
  readonly oddities: readonly Oddity[];
  readonly failure?: ImportFailure;
}

/** What the files need of the environment to be read; secrets and settings stay here. */
function minimalEnvironment(): Record<string, string> {
  const kept = ['PATH', 'LANG', 'TZ', 'SYSTEMROOT'].map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

export class Importer implements AsyncDisposable {
  readonly #cwd: string;
  readonly #fileMs: number;
  readonly #onStray: (failure: ImportFailure) => void;
  #child: Promise<ChildProcess> | undefined;

  /** `onStray` hears of errors that a file left behind: a timer that threw, a promise that nobody awaited. */
  constructor(options: { cwd: string; fileMs: number; onStray: (failure: ImportFailure) => void }) {
    this.#cwd = options.cwd;
    this.#fileMs = options.fileMs;
    this.#onStray = options.onStray;
  }

  /** Starts the child ahead of its first use. */
  warm(): void {
    // Whoever uses it first hears of the failure.
    this.#started().catch(() => undefined);
  }

  /**
   * Imports one bundle. Never rejects for what the file does.
   * @throws VedetteError `LOADER_START` when no child process can be started
   */
  async import(request: ImportRequest, ms = this.#fileMs): Promise<Imported> {
    const child = await this.#started();
    const imported = await importIn(child, request, Math.min(ms, this.#fileMs));
    if (imported.failure !== undefined && (child.exitCode !== null || child.signalCode !== null || child.killed)) {
      await this[Symbol.asyncDispose]();
    }
    return imported;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = await this.#child?.catch(() => undefined);
    this.#child = undefined;
    if (child !== undefined) await end(child);
  }

  #started(): Promise<ChildProcess> {
    this.#child ??= this.#start();
    return this.#child;
  }

  async #start(): Promise<ChildProcess> {
    const path = fileURLToPath(
      new URL(import.meta.url.endsWith('.ts') ? './import-child.ts' : './import-child.js', import.meta.url),
    );
    const flags = ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${loaderHeapMiBMax}`];
    const child = spawn(process.execPath, [...flags, path], {
      cwd: this.#cwd,
      env: minimalEnvironment(),
      // What a file prints goes to standard error: standard output is the program's own.
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'advanced',
    });
    try {
      await Promise.race([
        once(child, 'message', { signal: AbortSignal.timeout(startMsMax) }),
        once(child, 'exit').then(() => Promise.reject(new Error('it ended at once'))),
      ]);
    } catch (error) {
      await end(child);
      throw new VedetteError(
        'LOADER_START',
        `the process that reads probe files did not start: ${asError(error).message}`,
        {
          mend: 'Look at the lines above, and whether this machine has memory and processes to spare.',
          cause: error,
        },
      );
    }
    child.on('message', (report: ImportReport) => {
      if (report.type === 'stray')
        this.#onStray({ ...report, mend: 'a probe file only defines; await what it starts' });
    });
    return child;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function importIn(child: ChildProcess, request: ImportRequest, ms: number): Promise<Imported> {
  return new Promise((resolve) => {
    const definitions: Written[] = [];
    const finish = (imported: Omit<Imported, 'definitions'>, kept: readonly Written[] = []) => {
      clearTimeout(timer);
      child.off('message', hear);
      child.off('exit', exited);
      resolve({ definitions: kept, ...imported });
    };
    const fail = (failure: Omit<ImportFailure, 'stack'>, stack = '') =>
      finish({ oddities: [], failure: { ...failure, stack } });
    const hear = (report: ImportReport) => {
      if (report.type === 'written') definitions.push(...report.definitions);
      if (report.type === 'done') finish({ oddities: report.oddities }, definitions);
      if (report.type === 'failed') fail(sayThrown(report.message), report.stack);
    };
    const exited = (code: number | null, signal: string | null) =>
      fail({
        message: `it ended the process that loaded it (${signal ?? `exit code ${code}`})`,
        mend: 'a probe file only defines: let nothing in it end the process',
      });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail({
        message: `it was not loaded after ${formatDuration(ms)}`,
        mend: 'a probe file only defines: move what loops or waits into a script',
        hung: true,
      });
    }, ms);
    child.on('message', hear);
    child.on('exit', exited);
    // A child that died meanwhile has no channel; its exit is heard, or the deadline is.
    child.send(request, (error) => {
      if (error !== null && error !== undefined) child.kill('SIGKILL');
    });
  });
}
