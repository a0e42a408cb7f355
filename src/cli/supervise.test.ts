import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../base/lock.ts';
import { Lives, workerFile } from './lives.fixture.ts';
import { type Supervisor, supervise, type WorkerSpec } from './supervise.ts';

const within = { timeout: 10_000, interval: 25 };
let lives: Lives;
let said: string[];

beforeEach(() => {
  lives = new Lives();
  said = [];
});
afterEach(() => lives[Symbol.dispose]());

function spec(name: string, file = workerFile): WorkerSpec {
  return {
    name,
    file,
    env: async () => ({ PATH: process.env.PATH ?? '', VEDETTE_NOTES_DIR: lives.folder, WORKER_NAME: name }),
  };
}

function supervisor(stopMsMax?: number): Supervisor {
  return supervise({ say: (line) => said.push(line), ...(stopMsMax === undefined ? {} : { stopMsMax }) });
}

async function started(name: string, times = 1): Promise<void> {
  await vi.waitFor(() => expect(lives.of('started', name)).toHaveLength(times), within);
}

describe('a supervisor', () => {
  test('starts a worker that was killed again, and says so', async () => {
    await using all = supervisor();
    const pid = await all.keep(spec('one'));
    await started('one');
    process.kill(pid ?? 0, 'SIGKILL');
    await started('one', 2);
    expect(said).toEqual(['one ended with SIGKILL; starting it again in 200ms']);
    expect(lives.alive).toEqual(['one']);
  });

  test('waits longer after each death, never gives up, and touches no other worker', async () => {
    lives.tell('two', 'dies');
    await using all = supervisor();
    await all.keep(spec('one'));
    await all.keep(spec('two'));
    await vi.waitFor(() => expect(said).toHaveLength(3), within);
    lives.mend('two');
    await vi.waitFor(() => expect(lives.alive).toEqual(['one', 'two']), within);
    expect(said).toEqual([
      'two ended with code 3; starting it again in 200ms',
      'two ended with code 3; starting it again in 400ms',
      'two ended with code 3; starting it again in 800ms',
    ]);
    expect(lives.of('started', 'one')).toHaveLength(1);
  });

  test('tries again where the environment could not be made', async () => {
    await using all = supervisor();
    let asked = 0;
    const env = async () => {
      asked++;
      if (asked === 1) throw new Error('no port is free');
      return await spec('one').env();
    };
    expect(await all.keep({ ...spec('one'), env })).toBeUndefined();
    await started('one');
    expect(said).toEqual(['one could not be started: no port is free; starting it again in 200ms']);
  });

  test('asks all to end when it is disposed, and none is started again', async () => {
    const all = supervisor();
    for (const name of ['one', 'two', 'three']) await all.keep(spec(name));
    await vi.waitFor(() => expect(lives.alive).toHaveLength(3), within);
    await all[Symbol.asyncDispose]();
    expect(lives.alive).toEqual([]);
    expect(lives.of('started')).toHaveLength(3);
    expect(said).toEqual([]);
  });

  test('kills what does not end within the bound', async () => {
    lives.tell('one', 'stubborn');
    const all = supervisor(300);
    await all.keep(spec('one'));
    await all.keep(spec('two'));
    await vi.waitFor(() => expect(lives.alive).toHaveLength(2), within);
    await all[Symbol.asyncDispose]();
    expect(lives.alive).toEqual([]);
    expect(said).toEqual(['killing what does not end by itself: one']);
  });

  test('kills at once when told to, also while it waits for the end', async () => {
    lives.tell('one', 'stubborn');
    const all = supervisor();
    await all.keep(spec('one'));
    await started('one');
    const ended = all[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(lives.of('asked to end').length).toBe(1), within);
    all.kill();
    await ended;
    expect(lives.alive).toEqual([]);
  });

  test('that is killed itself leaves no worker behind', async () => {
    const program = fileURLToPath(new URL('./supervisor.fixture.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--conditions=vedette-source', program, workerFile, lives.folder], {
      stdio: 'ignore',
    });
    await started('orphan');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await vi.waitFor(() => expect(lives.alive).toEqual([]), within);
    expect(lives.of('left alone')).toHaveLength(1);
    expect(isAlive(parent.pid ?? 0)).toBe(false);
  });
});
