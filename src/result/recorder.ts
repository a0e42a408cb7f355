/**
 * The recorder: reads the results stream and puts what is new where it rests, batch by batch: artifacts, then
 * history with the position in one transaction, then metrics. A crash anywhere repeats a batch at the most, and
 * history recognises what it has.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Clock, systemClock } from '../base/time.ts';
import type { ArtifactStore } from './artifacts.ts';
import { type DroppedTally, droppedTotal, noneDropped, tallyDropped } from './dropped.ts';
import type { History } from './history.ts';
import type { Metrics } from './metrics.ts';
import { orAborted } from './or-aborted.ts';
import { type Batch, createStreamReader, type ReaderStatus, type StreamReader } from './reader.ts';
import type { ArtifactRef, Entry } from './result.ts';
import type { Health } from './serve.ts';
import { addedAt, publishPosition, trimStream } from './stream.ts';

const publishEveryMs = 1_000;
const trimEveryMs = 10_000;
const pruneEveryMs = 60_000;
const pruneArtifactsEveryMs = 600_000;
const auditEveryMsDefault = 1_000;
const retryMs = 1_000;
/** Redis or the disk may be away for so long before the recorder calls itself unwell. Milliseconds. */
const unwellMs = 15_000;

/** The name under which the recorder's position is published. */
const recorderName = 'recorder';

/** What an audit may rely on. */
export interface AuditMoment {
  /** Redis's clock, epoch ms. */
  readonly redisAt: number;
  /** Every entry added before this time, by Redis's clock, is recorded; epoch ms. */
  readonly recordedUpTo: number;
}

export interface RecorderOptions {
  /** For short commands; the reader makes a connection of its own from its settings. */
  readonly redis: Redis;
  readonly project: string;
  readonly history: History;
  readonly metrics: Metrics;
  readonly artifacts: ArtifactStore;
  /** What history keeps. */
  readonly retention: { readonly days: number; readonly mibMax: number };
  /** All who read the stream: it is trimmed behind the slowest of them. Default: `recorder` alone. */
  readonly readers?: readonly string[];
  /**
   * Called about every second between batches, never twice at a time, and not while Redis is away: closes the
   * slots that are due and of which nothing came. It may reject; that is logged.
   */
  readonly audit?: (moment: AuditMoment) => void | Promise<void>;
  readonly auditEveryMs?: number;
  /** How long to gather entries into a batch, milliseconds. Default 50. */
  readonly lingerMs?: number;
  readonly clock?: Clock;
  readonly log: Logger;
}

export interface Recorder extends AsyncDisposable {
  health(): Health;
}

/** Starts recording where history's position stands. Disposing ends after the batch under way; history stays open. */
export function startRecorder(options: RecorderOptions): Recorder {
  return new RunningRecorder(options);
}

class RunningRecorder implements Recorder {
  readonly #options: RecorderOptions;
  readonly #clock: Clock;
  readonly #reader: StreamReader;
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;
  #dropped: DroppedTally;
  #recordedUpTo = 0;
  #underWay = false;
  #publishedAt = 0;
  /** Why the batch under way cannot be recorded, and since when (epoch ms). */
  #stuck: { readonly since: number; readonly reason: string } | undefined;
  readonly #startedAt: number;

  constructor(options: RecorderOptions) {
    const { history, metrics, redis, project, log, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.#startedAt = clock.now();
    const kept = history.state('dropped');
    this.#dropped = kept === undefined ? noneDropped : (JSON.parse(kept) as DroppedTally);
    metrics.droppedTotal(droppedTotal(this.#dropped));
    this.#reader = createStreamReader({
      redis,
      project,
      name: recorderName,
      from: history.position(),
      lingerMs: options.lingerMs ?? 50,
      log,
    });
    metrics.follow(() => this.#progress());
    this.#running = Promise.all([
      this.#read(),
      this.#every(trimEveryMs, 'trimming the results stream', () => this.#trim()),
      this.#every(pruneEveryMs, 'pruning the history', () => this.#prune()),
      this.#every(pruneArtifactsEveryMs, 'pruning the artifacts', () => options.artifacts.prune()),
      this.#every(options.auditEveryMs ?? auditEveryMsDefault, 'the audit of slots', () => this.#audit()),
    ]);
  }

  health(): Health {
    const now = this.#clock.now();
    const { heardAt } = this.#reader.status;
    const silentMs = now - Math.max(heardAt, this.#startedAt);
    const reasons: string[] = [];
    if (silentMs > unwellMs && !this.#underWay)
      reasons.push(`redis has not answered for ${Math.round(silentMs / 1_000)} s`);
    if (this.#stuck !== undefined && now - this.#stuck.since > unwellMs)
      reasons.push(`results cannot be recorded: ${this.#stuck.reason}`);
    return { ok: reasons.length === 0, reasons };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reader[Symbol.asyncDispose]();
    await this.#running;
  }

  async #read(): Promise<void> {
    for await (const batch of this.#reader) {
      if (this.#recordedUpTo === 0) this.#recordedUpTo = addedAt(batch.entries[0]?.id ?? batch.position.id);
      this.#underWay = true;
      const recorded = await this.#take(batch);
      if (!recorded) return;
      this.#recordedUpTo = batch.readUpTo;
      this.#underWay = false;
    }
  }

  /** False when the recorder was stopped before the batch could be recorded. */
  async #take(batch: Batch): Promise<boolean> {
    const { metrics, log } = this.#options;
    const entries = batch.entries.map(({ entry }) => entry);
    // First, so that no crash can leave a recorded result without the files it refers to.
    await orAborted(this.#stop.signal, this.#collect(entries));
    if (this.#stop.signal.aborted) return false;
    const dropped = tallyDropped(this.#dropped, batch);
    const state = dropped === this.#dropped ? {} : { dropped: JSON.stringify(dropped) };
    const news = await this.#record(entries, batch, state);
    if (news === undefined) return false;
    if (batch.dropped > 0)
      log.error({ results: batch.dropped }, 'results were trimmed from the stream before they were recorded');
    this.#dropped = dropped;
    metrics.droppedTotal(droppedTotal(dropped));
    metrics.onRecorded(news);
    this.#publish(batch.position.id);
    return true;
  }

  /** Tries until the disk takes it; `undefined` when stopped meanwhile. */
  async #record(entries: readonly Entry[], batch: Batch, state: Record<string, string>): Promise<Entry[] | undefined> {
    while (!this.#stop.signal.aborted) {
      try {
        const news = this.#options.history.record(entries, batch.position, state);
        if (this.#stuck !== undefined) this.#options.log.info('results are recorded again');
        this.#stuck = undefined;
        return news;
      } catch (error) {
        const { message } = asError(error);
        if (this.#stuck === undefined)
          this.#options.log.error({ err: message }, 'results cannot be recorded; trying again');
        this.#stuck = { since: this.#stuck?.since ?? this.#clock.now(), reason: message };
        await delay(retryMs, undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    }
    return undefined;
  }

  async #collect(entries: readonly Entry[]): Promise<void> {
    const refs: ArtifactRef[] = entries.flatMap((entry) =>
      entry.type === 'result' ? (entry.result.artifacts ?? []) : [],
    );
    if (refs.length === 0) return;
    const { redis, project, artifacts, log } = this.#options;
    const { missing, refused } = await artifacts.collect(redis, project, refs);
    if (missing + refused > 0)
      log.warn({ missing, refused }, 'artifacts of these results were not found, or not what their hash says');
  }

  /** Now and then: what is published too late only trims too late. */
  #publish(id: string): void {
    const now = this.#clock.now();
    if (now - this.#publishedAt < publishEveryMs) return;
    this.#publishedAt = now;
    const { redis, project, log } = this.#options;
    // Not waited for: a Redis that is away must not keep us from the next batch.
    publishPosition(redis, project, recorderName, id).catch((error: unknown) => {
      log.debug({ err: asError(error).message }, 'the position could not be published');
    });
  }

  async #trim(): Promise<void> {
    const { redis, project, history, readers = [recorderName] } = this.#options;
    const position = history.position();
    if (position !== undefined) await publishPosition(redis, project, recorderName, position.id);
    await trimStream({ redis, project, readers });
  }

  async #prune(): Promise<void> {
    const { history, retention, log } = this.#options;
    const before = this.#clock.now() - retention.days * 86_400_000;
    const pruned = await history.prune({ before, bytesMax: retention.mibMax * 1024 * 1024 });
    if (pruned.runs > 0) log.debug(pruned, 'old results were removed');
  }

  async #audit(): Promise<void> {
    const { audit } = this.#options;
    const { heardAt, redisAt, readUpTo } = this.#progress();
    if (audit === undefined || this.#reader.status.heardAt === 0 || this.#clock.now() - heardAt > unwellMs) return;
    await audit({ redisAt, recordedUpTo: readUpTo });
  }

  /** The reader's status, but as far as recorded: what was read last may be under way still. */
  #progress(): ReaderStatus {
    const { status } = this.#reader;
    if (status.heardAt === 0) return { heardAt: this.#startedAt, redisAt: this.#startedAt, readUpTo: this.#startedAt };
    return this.#underWay ? { ...status, readUpTo: this.#recordedUpTo } : status;
  }

  async #every(ms: number, what: string, work: () => unknown): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await delay(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
      if (this.#stop.signal.aborted) return;
      try {
        // Redis may never answer; stopping does not wait for it.
        await orAborted(this.#stop.signal, Promise.resolve(work()));
      } catch (error) {
        this.#options.log.warn({ err: asError(error).message }, `${what} failed; it is tried again`);
      }
    }
  }
}
