/**
 * A real Redis for the tests of this folder: in a temporary folder, on a port of its own, that can be killed and
 * started again on the same append-only file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { findProgram } from '../base/programs.ts';
import { connectRedis } from '../base/redis.ts';

export class RedisFixture implements AsyncDisposable {
  /** Where it writes. */
  readonly folder = mkdtempSync(join(tmpdir(), 'vedette-redis-'));
  readonly #connections: Redis[] = [];
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  static async start(): Promise<RedisFixture> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    probe.close();
    const fixture = new RedisFixture(typeof address === 'object' ? (address?.port ?? 0) : 0);
    await fixture.up();
    return fixture;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** A connection that the fixture closes at its end. */
  connect(name = 'test'): Redis {
    const redis = connectRedis(this.url, { name });
    redis.on('error', () => {});
    this.#connections.push(redis);
    return redis;
  }

  async up(): Promise<void> {
    const program = findProgram('redis-server', 'valkey-server');
    if (program === undefined) throw new Error('no redis-server on this machine');
    const settings = ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    this.#server = spawn(program, [...settings, '--appendonly', 'yes', '--appendfsync', 'always'], { stdio: 'ignore' });
    const redis = connectRedis(this.url, { name: 'fixture' });
    redis.on('error', () => {});
    try {
      await Promise.race([redis.ping(), delay(10_000).then(() => Promise.reject(new Error('redis does not answer')))]);
    } finally {
      redis.disconnect();
    }
  }

  async kill(): Promise<void> {
    if (this.#server === undefined || this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const exited = once(this.#server, 'exit');
    this.#server.kill('SIGKILL');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const redis of this.#connections) redis.disconnect();
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
