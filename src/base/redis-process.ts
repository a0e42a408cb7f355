/**
 * The process of the embedded Redis: started, watched, started again when it dies by itself, ended.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VedetteError } from './errors.ts';
import type { Logger } from './log.ts';
import { askRedis } from './redis-line.ts';

const startMsMax = 30_000;
const stopMsMax = 10_000;
const restartDelayMsMax = 5_000;
const answerMsMax = 1_000;

/** Where the server listens on the loopback address, and its password. */
export interface Address {
  readonly port: number;
  readonly password: string;
}

/** An address as a URL, with the password. */
export function urlOf({ port, password }: Address): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

/** A server that runs by `redis.conf` in a folder. */
export class RedisProcess {
  readonly #program: string;
  readonly #folder: string;
  readonly #address: Address;
  readonly #log: Logger;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restarts = 0;
  #restarting: Promise<void> | undefined;

  constructor(program: string, folder: string, address: Address, log: Logger) {
    this.#program = program;
    this.#folder = folder;
    this.#address = address;
    this.#log = log;
  }

  /** 0 before the first start. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves once the server answers and has read its append-only file. */
  async start(): Promise<void> {
    const child = spawn(this.#program, [join(this.#folder, 'redis.conf')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Of its own group: Ctrl-C in a terminal must not take Redis away from workers that still finish.
      detached: true,
      env: { PATH: process.env.PATH, LANG: 'C' },
    });
    this.#child = child;
    let said = '';
    const listen = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const ended = once(child, 'exit').then(
      ([code, signal]) => `ended with ${signal ?? code}`,
      (error: unknown) => String(error),
    );
    const outcome = await Promise.race([ended, this.#answers(child)]);
    if (outcome !== 'answers') {
      child.kill('SIGKILL');
      throw new VedetteError('REDIS_START', `${this.#program} did not start: it ${outcome}`, {
        mend:
          said.trim() === '' ? `Look at ${this.#folder}.` : `It said: ${said.trim().split('\n').slice(-3).join(' | ')}`,
      });
    }
    void ended.then((how) => this.#onDeath(child, how));
  }

  async #answers(child: ChildProcess): Promise<string> {
    const deadline = performance.now() + startMsMax;
    while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
      // While it loads, the answer to PING is an error.
      if ((await askRedis(urlOf(this.#address), ['PING'], answerMsMax)) === 'PONG') return 'answers';
      await sleep(20);
    }
    return `did not answer within ${startMsMax / 1_000} s`;
  }

  #onDeath(child: ChildProcess, how: string): void {
    if (this.#stopping || child !== this.#child) return;
    this.#log.error({ how, restarts: this.#restarts }, 'the embedded redis died; starting it again');
    this.#restarting = this.#restart();
  }

  async #restart(): Promise<void> {
    for (;;) {
      await sleep(Math.min(50 * 2 ** Math.min(this.#restarts, 10), restartDelayMsMax));
      if (this.#stopping) return;
      this.#restarts += 1;
      try {
        await this.start();
        this.#log.info({ pid: this.pid }, 'the embedded redis is back');
        return;
      } catch (error) {
        this.#log.error({ err: error }, 'the embedded redis could not be started again');
      }
    }
  }

  /** Asks the server to end, and insists after 10 s. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    await ended;
    clearTimeout(insist);
  }
}
