/**
 * Writes entries to the results stream, in order, in batches. While Redis is away they wait in a bounded
 * buffer; what does not fit any more is dropped, oldest first, and counted.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ChainableCommander, Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { encodeEntry } from './codec.ts';
import type { Entry } from './result.ts';
import { lineField, resultsKey } from './stream.ts';

const batchMsMax = 20;
const batchEntriesMax = 200;
const retryMs = 250;

/** Where a worker puts what it has to tell. */
export interface StreamWriter extends AsyncDisposable {
  /** Takes an entry; it is on its way within 20 ms. Never throws for anything that Redis does. */
  write(entry: Entry): void;
  /** Waits until everything written before this call is in Redis, or was dropped. */
  flush(): Promise<void>;
  /** Entries dropped since the start, because Redis was away for too long. */
  readonly dropped: number;
  /** Entries that wait. */
  readonly waiting: number;
}

export interface StreamWriterOptions {
  readonly redis: Redis;
  readonly project: string;
  /** Hard bound of the stream's length (approximate). */
  readonly entriesMax: number;
  /** Bound of what waits while Redis is away, bytes of JSON (counted as characters). Default 32 MiB. */
  readonly bufferBytesMax?: number;
  /** How long disposing waits for Redis before it gives up what still waits, milliseconds. Default 5 s. */
  readonly disposeMsMax?: number;
  readonly log: Logger;
}

/** A writer; dispose it to flush. The connection stays the caller's. */
export function createStreamWriter(options: StreamWriterOptions): StreamWriter {
  return new Writer(options);
}

class Writer implements StreamWriter {
  readonly #options: StreamWriterOptions;
  readonly #key: string;
  readonly #bufferBytesMax: number;
  /** Oldest first; those before `#head` are gone. */
  #lines: string[] = [];
  #head = 0;
  /** Characters of all lines that are not yet in Redis. */
  #bytes = 0;
  /** Lines at the front that a pipeline under way holds; they cannot be dropped. */
  #inFlight = 0;
  /** Counts lines that left the buffer, written or dropped; a flush waits for it. */
  #left = 0;
  #flushes: { readonly until: number; readonly done: () => void }[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;
  #complained = false;

  constructor(options: StreamWriterOptions) {
    this.#options = options;
    this.#key = resultsKey(options.project);
    this.#bufferBytesMax = options.bufferBytesMax ?? 32 * 1024 * 1024;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get waiting(): number {
    return this.#lines.length - this.#head;
  }

  write(entry: Entry): void {
    const line = encodeEntry(entry);
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#dropBeyondBound();
    if (this.#closed) return;
    if (this.waiting >= batchEntriesMax) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), batchMsMax);
  }

  async flush(): Promise<void> {
    if (this.waiting === 0 || this.#closed) return;
    const until = this.#left + this.waiting;
    this.#send();
    await new Promise<void>((done) => this.#flushes.push({ until, done }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const bound = new AbortController();
    const waited = delay(this.#options.disposeMsMax ?? 5_000, undefined, { signal: bound.signal }).catch(() => {});
    await Promise.race([this.flush(), waited]);
    bound.abort();
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.waiting > 0)
      this.#options.log.warn({ entries: this.waiting }, 'stopped with entries that Redis did not take');
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined;
      // What came after the last look at the buffer starts a batch of its own.
      if (this.waiting > 0 && !this.#closed) this.#timer ??= setTimeout(() => this.#send(), batchMsMax);
    });
  }

  /** One batch after the other until nothing waits. */
  async #drain(): Promise<void> {
    while (this.waiting > 0 && !this.#closed) {
      const refused = await this.#sendBatch();
      if (refused === undefined) {
        if (this.#complained) this.#options.log.info('redis takes results again');
        this.#complained = false;
        continue;
      }
      if (!this.#complained)
        this.#options.log.warn({ err: refused.message }, 'redis does not take results; they wait here');
      this.#complained = true;
      await delay(retryMs, undefined, { ref: false });
    }
  }

  /** Sends the oldest lines; what Redis did not take stays, in order. Yields why, if any was refused. */
  async #sendBatch(): Promise<Error | undefined> {
    const batch = this.#lines.slice(this.#head, this.#head + batchEntriesMax);
    const pipeline = this.#options.redis.pipeline();
    for (const line of batch) this.#add(pipeline, line);
    this.#inFlight = batch.length;
    let replies: readonly (readonly [Error | null, unknown])[] | null;
    try {
      replies = await pipeline.exec();
    } catch (error) {
      this.#inFlight = 0;
      return asError(error);
    }
    this.#inFlight = 0;
    const refused = batch.flatMap((_, index) => replies?.[index]?.[0] ?? []);
    const kept = batch.filter((_, index) => replies?.[index]?.[0]);
    for (const [index, line] of batch.entries()) if (!replies?.[index]?.[0]) this.#bytes -= line.length;
    this.#leave(batch.length - kept.length);
    for (const [index, line] of kept.entries()) this.#lines[this.#head + index] = line;
    this.#compact();
    return refused[0];
  }

  #add(pipeline: ChainableCommander, line: string): void {
    pipeline.xadd(this.#key, 'MAXLEN', '~', this.#options.entriesMax, '*', lineField, line);
  }

  #dropBeyondBound(): void {
    while (this.#bytes > this.#bufferBytesMax && this.waiting > this.#inFlight) {
      // Those in flight may be in Redis already; the oldest after them goes.
      const oldest = this.#head + this.#inFlight;
      this.#bytes -= this.#lines[oldest]?.length ?? 0;
      // Moves only the lines in flight, at most a batch.
      for (let index = oldest; index > this.#head; index--) this.#lines[index] = this.#lines[index - 1] ?? '';
      this.#leave(1);
      this.#dropped++;
    }
    this.#compact();
  }

  #leave(count: number): void {
    this.#head += count;
    this.#left += count;
    if (this.#flushes.length === 0) return;
    const done = this.#flushes.filter(({ until }) => until <= this.#left);
    this.#flushes = this.#flushes.filter(({ until }) => until > this.#left);
    for (const flush of done) flush.done();
  }

  /** Lets go of the lines before the head, once they are the greater part. */
  #compact(): void {
    if (this.#head < 1_000 || this.#head * 2 < this.#lines.length) return;
    this.#lines = this.#lines.slice(this.#head);
    this.#head = 0;
  }
}
