/**
 * Artifacts (screenshots, traces) by their content's hash: from the vantage through Redis, for minutes, to the
 * recorder's folder, where the web worker reads them. They travel beside the stream, which stays small.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { asError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Clock, systemClock } from '../base/time.ts';
import type { ArtifactRef } from './result.ts';

/** How long an artifact waits in Redis for the recorder, seconds. */
const expirySeconds = 15 * 60;
const uploadMsMax = 5_000;
/** What one vantage may have waiting in Redis, bytes: a storm of failing journeys must not fill its memory. */
const waitingBytesMaxDefault = 128 * 1024 * 1024;
const collectMsMax = 10_000;
const collectAtOnce = 4;
/** Largest artifact that the recorder takes, bytes. */
const artifactBytesMax = 32 * 1024 * 1024;

/** File extensions by media type. */
const extensions: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'application/zip': 'zip',
  'application/json': 'json',
  'text/html': 'html',
  'text/plain': 'txt',
};
const otherExtension = 'bin';

function artifactKey(project: string, hash: string): string {
  return `vedette:{${project}}:artifact:${hash}`;
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Settles as the work does, or as `undefined` after so long. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Keeps artifacts at a vantage: hands them to Redis, where they wait 15 minutes for the recorder.
 * @returns a function as engines want it; it yields `undefined`, and never rejects, when the content is beyond
 * `bytesMax`, when `waitingBytesMax` of the last 15 minutes wait there already, or when Redis does not take it within 5 s
 */
export function createArtifactUploader(options: {
  readonly redis: Redis;
  readonly project: string;
  readonly bytesMax: number;
  /** 128 MiB by default. */
  readonly waitingBytesMax?: number;
  readonly log: Logger;
  readonly clock?: Clock;
}): (kind: ArtifactRef['kind'], type: string, content: Uint8Array) => Promise<ArtifactRef | undefined> {
  const { redis, project, bytesMax, waitingBytesMax = waitingBytesMaxDefault, log, clock = systemClock } = options;
  const waiting = new Waiting(waitingBytesMax, clock);
  return async (kind, type, content) => {
    if (content.length > bytesMax) {
      log.warn({ kind, bytes: content.length, bytesMax }, 'an artifact is too big to be kept');
      return undefined;
    }
    const hash = hashOf(content);
    const key = artifactKey(project, hash);
    const upload = async (): Promise<'kept' | 'full'> => {
      // The same content is often kept again: then only its time begins anew.
      if ((await redis.expire(key, expirySeconds)) === 1) return 'kept';
      if (!waiting.hasRoom(content.length)) return 'full';
      waiting.add(content.length);
      await redis.set(key, Buffer.from(content), 'EX', expirySeconds, 'NX');
      return 'kept';
    };
    try {
      const outcome = await within(uploadMsMax, upload());
      if (outcome === 'kept') return { kind, hash, type, bytes: content.length };
      if (outcome === 'full')
        log.warn({ kind, waitingBytesMax }, 'an artifact is lost: too much waits in redis already');
      else log.warn({ kind }, 'an artifact is lost: redis did not take it in time');
    } catch (error) {
      log.warn({ kind, err: asError(error).message }, 'an artifact is lost: redis refused it');
    }
    return undefined;
  };
}

/** Counts what was handed to Redis and has not expired there. */
class Waiting {
  readonly #bytesMax: number;
  readonly #clock: Clock;
  readonly #handed: { readonly at: number; readonly bytes: number }[] = [];
  #bytes = 0;

  constructor(bytesMax: number, clock: Clock) {
    this.#bytesMax = bytesMax;
    this.#clock = clock;
  }

  /** Whether there is room for so many bytes more. */
  hasRoom(bytes: number): boolean {
    const expired = this.#clock.now() - expirySeconds * 1_000;
    for (let first = this.#handed[0]; first !== undefined && first.at < expired; first = this.#handed[0]) {
      this.#bytes -= first.bytes;
      this.#handed.shift();
    }
    return this.#bytes + bytes <= this.#bytesMax;
  }

  add(bytes: number): void {
    this.#handed.push({ at: this.#clock.now(), bytes });
    this.#bytes += bytes;
  }
}

/** What became of some artifacts. */
export interface Collected {
  readonly stored: number;
  /** No longer in Redis (or it did not answer in time). */
  readonly missing: number;
  /** Not what their hash says, or too big. */
  readonly refused: number;
}

/** The recorder's folder of artifacts. All methods take hashes from outside safely. */
export interface ArtifactStore {
  /** Fetches these from Redis, verifies and writes them. Those that are there already are only marked as used. Never rejects. */
  collect(redis: Redis, project: string, refs: readonly ArtifactRef[]): Promise<Collected>;
  /** Path of the file; `undefined` when it is not there (any more) or the hash is none. */
  path(hash: string): Promise<string | undefined>;
  /** The content; `undefined` as above. */
  read(hash: string): Promise<Uint8Array | undefined>;
  /** Removes what is too old and, beyond the size, the longest unused. Yields how many files went. */
  prune(): Promise<number>;
}

export interface ArtifactStoreOptions {
  readonly dir: string;
  /** Days for which an artifact is kept after it was last referred to. */
  readonly days: number;
  readonly mibMax: number;
  readonly log: Logger;
  readonly clock?: Clock;
}

export function createArtifactStore(options: ArtifactStoreOptions): ArtifactStore {
  return new Store(options);
}

class Store implements ArtifactStore {
  readonly #options: ArtifactStoreOptions;
  readonly #clock: Clock;

  constructor(options: ArtifactStoreOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async collect(redis: Redis, project: string, refs: readonly ArtifactRef[]): Promise<Collected> {
    const counts = { stored: 0, missing: 0, refused: 0 };
    const waiting = [...new Map(refs.map((ref) => [ref.hash, ref])).values()];
    const fetchNext = async (): Promise<void> => {
      for (let ref = waiting.pop(); ref !== undefined; ref = waiting.pop())
        counts[await this.#collectOne(redis, project, ref)]++;
    };
    await Promise.all(Array.from({ length: Math.min(collectAtOnce, waiting.length) }, fetchNext));
    return counts;
  }

  async path(hash: string): Promise<string | undefined> {
    // Also what keeps a path out of here: a hash holds hex digits alone.
    if (!isHash(hash)) return undefined;
    for (const extension of [...Object.values(extensions), otherExtension]) {
      const path = this.#pathOf(hash, extension);
      if ((await sizeOf(path)) !== undefined) return path;
    }
    return undefined;
  }

  async read(hash: string): Promise<Uint8Array | undefined> {
    const path = await this.path(hash);
    return path === undefined ? undefined : await readFile(path).catch(() => undefined);
  }

  async prune(): Promise<number> {
    const { days, mibMax } = this.#options;
    const oldest = this.#clock.now() - days * 86_400_000;
    const files = (await this.#files()).sort((a, b) => b.usedAt - a.usedAt);
    let bytes = 0;
    let removed = 0;
    for (const file of files) {
      bytes += file.bytes;
      if (file.usedAt >= oldest && bytes <= mibMax * 1024 * 1024) continue;
      await rm(file.path, { force: true });
      removed++;
    }
    return removed;
  }

  async #collectOne(redis: Redis, project: string, ref: ArtifactRef): Promise<keyof Collected> {
    const { dir, log } = this.#options;
    if (!isHash(ref.hash) || ref.bytes > artifactBytesMax) return 'refused';
    try {
      const known = await this.path(ref.hash);
      const now = new Date(this.#clock.now());
      if (known !== undefined) {
        await utimes(known, now, now);
        return 'stored';
      }
      const content = await within(collectMsMax, redis.getBuffer(artifactKey(project, ref.hash)));
      if (content === undefined || content === null) return 'missing';
      if (content.length > artifactBytesMax || hashOf(content) !== ref.hash) return 'refused';
      const path = this.#pathOf(ref.hash, extensions[ref.type] ?? otherExtension);
      // Whole or not at all: readers see the file only under its last name.
      const unfinished = join(dir, ref.hash.slice(0, 2), `.${randomUUID()}.tmp`);
      await mkdir(join(dir, ref.hash.slice(0, 2)), { recursive: true });
      await writeFile(unfinished, content);
      await utimes(unfinished, now, now);
      await rename(unfinished, path);
      return 'stored';
    } catch (error) {
      log.warn({ hash: ref.hash, err: asError(error).message }, 'an artifact cannot be stored');
      return 'missing';
    }
  }

  #pathOf(hash: string, extension: string): string {
    return join(this.#options.dir, hash.slice(0, 2), `${hash}.${extension}`);
  }

  async #files(): Promise<{ path: string; bytes: number; usedAt: number }[]> {
    const files: { path: string; bytes: number; usedAt: number }[] = [];
    for (const folder of await readdir(this.#options.dir).catch(() => [])) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of await readdir(join(this.#options.dir, folder)).catch(() => [])) {
        const path = join(this.#options.dir, folder, name);
        const found = await stat(path).catch(() => undefined);
        if (found?.isFile()) files.push({ path, bytes: found.size, usedAt: found.mtimeMs });
      }
    }
    return files;
  }
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
