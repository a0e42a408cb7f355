/**
 * The course of one run: which phase it is in, how long each took, and how it is ended from outside, whatever it
 * waits for.
 */
import type { Socket } from 'node:net';
import type { Phase } from '../../result/result.ts';
import type { Trouble } from './trouble.ts';

/** Takes what a wait ends with. */
type Begin<T> = (done: (value: T) => void, failed: (error: unknown) => void) => void;

/** One run's clock and its brake: a single timer outside is enough for all phases. */
export class Course {
  /** Seconds by phase, so far. */
  readonly phases: Partial<Record<Phase, number>> = {};
  /** The phase under way, or the last one. */
  phase: Phase = 'resolve';
  /** Who is spoken to, `host:port`. */
  where = '';
  /** What is asked for there. */
  url: URL | undefined;
  /** Addresses to which a connection was begun in this hop, each with what came of it, if anything did. */
  readonly attempts = new Map<string, string | undefined>();
  /** Bytes of the body that came, and when the last of them did (`performance.now()`). */
  readonly body = { bytes: 0, at: 0 };
  #socket: Socket | undefined;
  #since: number | undefined;
  #over: Trouble | undefined;
  #fail: ((why: Trouble) => void) | undefined;

  /** Begins a hop: the transfer of the one before it does not count. */
  goTo(url: URL, where: string): void {
    this.url = url;
    this.where = where;
    this.attempts.clear();
    this.body.bytes = 0;
    delete this.phases.transfer;
  }

  /** What the run was ended with, if it was. */
  get over(): Trouble | undefined {
    return this.#over;
  }

  /** Milliseconds for which the phase under way has lasted. */
  get phaseMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  /** Ends the phase under way and begins another. */
  enter(phase: Phase): void {
    this.rest();
    this.phase = phase;
    this.#since = performance.now();
  }

  /** Ends the phase under way; what follows is in none. */
  rest(): void {
    if (this.#since === undefined) return;
    const seconds = (this.phases[this.phase] ?? 0) + (performance.now() - this.#since) / 1_000;
    // To the microsecond, as the clock is: more digits would only travel.
    this.phases[this.phase] = Math.round(seconds * 1e6) / 1e6;
    this.#since = undefined;
  }

  /** The connection in use: it is destroyed with the run, or when another takes its place. */
  hold(socket: Socket): void {
    this.#socket = socket;
    if (this.#over !== undefined) socket.destroy();
  }

  /** Lets the connection go. */
  release(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /**
   * Waits for one thing, unless the run is ended before it comes.
   * @throws the {@link Trouble} with which the run was ended, or what `failed` was given
   */
  wait<T>(begin: Begin<T>): Promise<T> {
    const over = this.#over;
    if (over !== undefined) return Promise.reject(over);
    return new Promise((done, failed) => {
      this.#fail = failed;
      begin(done, failed);
    });
  }

  /** Ends the run, whatever it waits for. */
  end(why: Trouble): void {
    this.rest();
    this.#over = why;
    this.#fail?.(why);
    this.release();
  }
}
