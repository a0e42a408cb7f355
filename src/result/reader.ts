/**
 * Reads the results stream from a position that the consumer keeps, and notices what was lost on the way.
 *
 * Each look is one transaction (the clock, the entries after the position, the stream's counters), so that what
 * was trimmed unread is known exactly: Redis counts the entries ever added, we count the entries ever passed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { systemClock } from '../base/time.ts';
import { decodeEntry } from './codec.ts';
import { orAborted } from './or-aborted.ts';
import type { Entry } from './result.ts';
import { addedAt, compareIds, type Position, resultsKey, streamStart } from './stream.ts';

const retryMs = 500;

/** Entries in the order of the stream, and where the reader stands after them. */
export interface Batch {
  readonly entries: readonly { readonly id: string; readonly entry: Entry }[];
  /** Keep this together with what the entries led to, and start from it next time. */
  readonly position: Position;
  /** Entries that were trimmed away before we could read them. */
  readonly dropped: number;
  /** Entries that could not be decoded; they are skipped, and the first is logged. */
  readonly undecodable: number;
  /** Redis's clock when this was read, epoch ms. */
  readonly redisAt: number;
  /** How far the stream is read: entries added before this time by Redis's clock are in this batch or an earlier one. */
  readonly readUpTo: number;
}

/** What a look at the stream told last. */
export interface ReaderStatus {
  /** When Redis answered last, by our clock, epoch ms; 0 before the first answer. */
  readonly heardAt: number;
  /** Redis's clock at that moment, epoch ms. */
  readonly redisAt: number;
  /** See {@link Batch.readUpTo}. */
  readonly readUpTo: number;
}

/** Yields batches until it is disposed. Iterate it once. */
export interface StreamReader extends AsyncIterable<Batch>, AsyncDisposable {
  readonly status: ReaderStatus;
}

export interface StreamReaderOptions {
  /** Its settings are used for a connection of our own. */
  readonly redis: Redis;
  readonly project: string;
  /** Names the connection and the log lines. */
  readonly name: string;
  /** Where to go on; the stream's beginning when undefined. */
  readonly from: Position | undefined;
  /** Most entries of a batch. Default 1000. */
  readonly batchEntriesMax?: number;
  /** Waits so long after news before reading, so that a batch is worth its transaction. Milliseconds, default 0. */
  readonly lingerMs?: number;
  /** Longest wait for news, milliseconds; an empty look follows, which keeps `status` fresh. Default 1 s. */
  readonly blockMsMax?: number;
  readonly log: Logger;
}

/** A reader with a connection of its own; dispose it to stop. */
export function createStreamReader(options: StreamReaderOptions): StreamReader {
  return new Reader(options);
}

/** A stream's counters, and the entries after a position. */
interface Look {
  readonly redisAt: number;
  readonly rows: readonly { readonly id: string; readonly line: string | undefined }[];
  readonly lastId: string;
  /** Entries ever added. */
  readonly added: number;
  /** Entries that are there. */
  readonly length: number;
}

class Reader implements StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #connection: Redis;
  readonly #key: string;
  readonly #batchEntriesMax: number;
  readonly #blockMsMax: number;
  readonly #stop = new AbortController();
  #position: Position;
  #status: ReaderStatus = { heardAt: 0, redisAt: 0, readUpTo: 0 };

  constructor(options: StreamReaderOptions) {
    this.#options = options;
    this.#key = resultsKey(options.project);
    this.#batchEntriesMax = options.batchEntriesMax ?? 1_000;
    this.#blockMsMax = options.blockMsMax ?? 1_000;
    this.#position = options.from ?? { id: streamStart, ordinal: 0 };
    this.#connection = options.redis.duplicate({
      connectionName: `vedette-${options.name}-stream`,
      // A look that waits for ever would hide that Redis is away; we ask again ourselves.
      maxRetriesPerRequest: 1,
      // A connection that died without a word is noticed: some answer is due at least every block.
      socketTimeout: this.#blockMsMax + 10_000,
    });
    // The connection of the caller says that Redis is away; twice would be noise.
    this.#connection.on('error', () => {});
  }

  get status(): ReaderStatus {
    return this.#status;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    // Without a position there is nothing to compare with: what was trimmed before our first look is nobody's loss.
    let first = this.#options.from === undefined;
    while (!this.#stop.signal.aborted) {
      try {
        const look = await orAborted(this.#stop.signal, this.#look());
        if (look === undefined) return;
        const batch = this.#take(look, first);
        first = false;
        if (batch !== undefined) {
          yield batch;
          continue;
        }
        await orAborted(this.#stop.signal, this.#news());
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#options.log.debug({ err: asError(error).message }, 'the results stream cannot be read; trying again');
        await delay(retryMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#connection.disconnect();
  }

  /** Waits until there is an entry after our position, or for so long. */
  async #news(): Promise<void> {
    const { id } = this.#position;
    const found = await this.#connection.xread('COUNT', 1, 'BLOCK', this.#blockMsMax, 'STREAMS', this.#key, id);
    const lingerMs = this.#options.lingerMs ?? 0;
    if (found !== null && lingerMs > 0) await delay(lingerMs, undefined, { signal: this.#stop.signal });
  }

  async #look(): Promise<Look> {
    const replies = await this.#connection
      .multi()
      .time()
      .xread('COUNT', this.#batchEntriesMax, 'STREAMS', this.#key, this.#position.id)
      .xinfo('STREAM', this.#key)
      .exec();
    const [time, read, info] = replies ?? [];
    if (time?.[0]) throw time[0];
    if (read?.[0]) throw read[0];
    // No such key: nothing was ever written, or Redis lost it.
    if (info?.[0] && !/no such key/i.test(info[0].message)) throw info[0];
    const [seconds, micros] = (time?.[1] ?? []) as string[];
    const streams = (read?.[1] ?? []) as [string, [string, string[]][]][];
    const counters = pairs(info?.[1]);
    return {
      redisAt: Number(seconds) * 1_000 + Math.floor(Number(micros ?? 0) / 1_000),
      rows: (streams[0]?.[1] ?? []).map(([id, fields]) => ({ id, line: fields[1] })),
      lastId: String(counters.get('last-generated-id') ?? streamStart),
      added: Number(counters.get('entries-added') ?? 0),
      length: Number(counters.get('length') ?? 0),
    };
  }

  /** The batch that a look amounts to; `undefined` when there is nothing new. */
  #take(look: Look, first: boolean): Batch | undefined {
    const trimmed = look.added - look.length;
    if (this.#isBehindUs(look)) {
      this.#options.log.warn(
        { position: this.#position.id, last: look.lastId },
        'the results stream is older than what was read of it (Redis was emptied or restored); reading it from its beginning',
      );
      // What such a stream lost nobody can count; what was trimmed from it counts as read.
      this.#position = { id: streamStart, ordinal: trimmed };
      return undefined;
    }
    const dropped = first ? 0 : Math.max(0, trimmed - this.#position.ordinal);
    const caughtUp = look.rows.length < this.#batchEntriesMax;
    const last = look.rows.at(-1)?.id ?? this.#position.id;
    // Caught up, Redis's own count is the truth; otherwise ours, from the first entry that is there.
    const ordinal = caughtUp ? look.added : Math.max(trimmed, this.#position.ordinal) + look.rows.length;
    this.#heard(look, caughtUp ? look.redisAt : addedAt(last));
    this.#position = { id: last, ordinal };
    if (look.rows.length === 0 && dropped === 0) return undefined;
    const { redisAt, readUpTo } = this.#status;
    return { ...this.#decode(look.rows), position: this.#position, dropped, redisAt, readUpTo };
  }

  /** A position beyond what the stream ever held cannot be of this stream. */
  #isBehindUs(look: Look): boolean {
    const { id, ordinal } = this.#position;
    return id !== streamStart && (compareIds(look.lastId, id) < 0 || look.added < ordinal);
  }

  #heard(look: Look, readUpTo: number): void {
    this.#status = { heardAt: systemClock.now(), redisAt: look.redisAt, readUpTo };
  }

  #decode(rows: Look['rows']): Pick<Batch, 'entries' | 'undecodable'> {
    const entries: { id: string; entry: Entry }[] = [];
    let undecodable = 0;
    for (const { id, line } of rows) {
      const decoded = line === undefined ? { fault: 'no line in it' } : decodeEntry(line);
      if ('entry' in decoded) entries.push({ id, entry: decoded.entry });
      else if (undecodable++ === 0)
        this.#options.log.warn(
          { id, fault: decoded.fault },
          'an entry of the results stream cannot be used; skipping it',
        );
    }
    return { entries, undecodable };
  }
}

/** `XINFO` answers with names and values in turn. */
function pairs(reply: unknown): Map<string, unknown> {
  const flat = Array.isArray(reply) ? (reply as unknown[]) : [];
  return new Map(flat.flatMap((name, index) => (index % 2 === 0 ? [[String(name), flat[index + 1]] as const] : [])));
}
