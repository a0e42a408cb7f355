/**
 * A run's own folder: what a script writes without saying where goes with the run.
 */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** So begin the names of these folders. */
export const runFolderPrefix = 'run-';

let runs = 0;

export class RunFolder {
  readonly #path: string;
  readonly #scratch: string;
  #entered = false;

  constructor(scratch: string) {
    this.#scratch = scratch;
    this.#path = join(scratch, `${runFolderPrefix}${++runs}`);
  }

  /** From now on it is the working folder and the one for temporary files; the browser has its own by now. */
  enter(): void {
    mkdirSync(this.#path, { recursive: true });
    process.chdir(this.#path);
    process.env.TMPDIR = this.#path;
    this.#entered = true;
  }

  leave(): void {
    process.chdir(this.#scratch);
    process.env.TMPDIR = this.#scratch;
  }

  /** Removes it, with all that is in it. */
  async remove(): Promise<void> {
    if (!this.#entered) return;
    await rm(this.#path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}
