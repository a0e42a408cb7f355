/**
 * What the workers of `worker.fixture.ts` noted, and what they are told.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isAlive } from '../base/lock.ts';

export const workerFile = fileURLToPath(new URL('./worker.fixture.ts', import.meta.url));

/** One thing that happened to a worker. */
export interface Note {
  readonly event: 'started' | 'asked to end' | 'left alone';
  readonly name: string;
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
}

/** A folder of notes, gone with the test, and with it every worker that noted itself there. */
export class Lives implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'vedette-lives-'));

  get all(): Note[] {
    try {
      const text = readFileSync(join(this.folder, 'lives'), 'utf8').trimEnd();
      return text.split('\n').map((line) => JSON.parse(line) as Note);
    } catch {
      return [];
    }
  }

  /** Those of one event, by the worker's name. */
  of(event: Note['event'], name?: string): Note[] {
    return this.all.filter((one) => one.event === event && (name === undefined || one.name === name));
  }

  get alive(): string[] {
    return this.of('started')
      .filter(({ pid }) => isAlive(pid))
      .map(({ name }) => name)
      .sort();
  }

  /** From its next start on, the worker does this. */
  tell(name: string, what: 'dies' | 'stubborn'): void {
    writeFileSync(join(this.folder, `${name}-${what}`), '');
  }

  mend(name: string): void {
    rmSync(join(this.folder, `${name}-dies`));
  }

  /** A folder like `workers/`, in which every program is the fixture. */
  workersFolder(): URL {
    const folder = join(this.folder, 'workers');
    mkdirSync(folder);
    for (const name of ['recorder', 'web', 'scheduler', 'vantage']) symlinkSync(workerFile, join(folder, `${name}.ts`));
    return pathToFileURL(`${folder}/`);
  }

  [Symbol.dispose](): void {
    for (const { pid } of this.of('started')) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
