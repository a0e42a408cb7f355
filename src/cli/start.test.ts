/**
 * `start` with a real Redis and real probe files; the workers are stand-ins that note how they were started.
 */

import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runningRedisUrl } from '../base/embedded-redis.ts';
import { tryPort } from '../base/port.ts';
import { connectRedis } from '../base/redis.ts';
import { ProjectFolder } from '../probe/sample-project.fixture.ts';
import { published } from '../schedule/published.ts';
import { Lives } from './lives.fixture.ts';
import { start } from './start.ts';
import type { StopSignal } from './stop-signal.ts';

const within = { timeout: 20_000, interval: 50 };
let lives: Lives;
let project: ProjectFolder;
let probes: string;
let env: Record<string, string>;

const landscape = `import { landscape } from 'vedette';
export default landscape({
  project: 'shop',
  teams: { web: {} },
  systems: { shop: { owner: 'web' } },
  vantages: { fra: { country: 'DE', network: 'one' }, par: { country: 'FR', network: 'two' } },
});\n`;
const http = (id: string) => `import { http } from 'vedette';
export default http('${id}', { url: 'http://127.0.0.1:9/', every: '30s' });\n`;
const beat = `import { heartbeat } from 'vedette';
export default heartbeat('shop/beat', { every: '1h', grace: '5m' });\n`;

beforeEach(async () => {
  lives = new Lives();
  project = new ProjectFolder();
  probes = project.write('probes', {
    'landscape.ts': landscape,
    'shop/a.ts': http('shop/a'),
    'shop/b.ts': http('shop/b'),
  });
  env = {
    PATH: process.env.PATH ?? '',
    VEDETTE_NOTES_DIR: lives.folder,
    VEDETTE_NOTES: 'for all',
    SHOP_PASSWORD: 'hush',
    VEDETTE_PROBES_DIR: probes,
    VEDETTE_DATA_DIR: join(project.path, 'var'),
    VEDETTE_METRICS_PORT: String(await tryPort('127.0.0.1', 0)),
    VEDETTE_WEB_PORT: String(await tryPort('127.0.0.1', 0)),
    VEDETTE_LOG_LEVEL: 'silent',
  };
});
afterEach(() => {
  lives[Symbol.dispose]();
  project[Symbol.dispose]();
});

/** A running start, as a test has it in hand. */
class Running implements AsyncDisposable {
  readonly said: string[] = [];
  readonly ended: Promise<void>;
  readonly #controller = new AbortController();
  readonly #stopped = Promise.withResolvers<void>();

  constructor(options: { readonly vantages?: readonly string[]; readonly folder?: URL } = {}) {
    const stop: StopSignal = { signal: this.#controller.signal, stopped: this.#stopped.promise, onSecond: () => {} };
    this.ended = start({
      env,
      stop,
      say: (line) => this.said.push(line),
      workersFolder: options.folder ?? lives.workersFolder(),
      ...(options.vantages === undefined ? {} : { vantages: options.vantages }),
    });
    this.ended.catch(() => {});
  }

  /** Until these stand-ins live. */
  async until(...names: string[]): Promise<void> {
    await Promise.race([this.ended, vi.waitFor(() => expect(lives.alive).toEqual(names.sort()), within)]);
    expect(lives.alive).toEqual(names);
  }

  get text(): string {
    return this.said.join('\n');
  }

  stop(): Promise<void> {
    this.#controller.abort();
    this.#stopped.resolve();
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
  }
}

const everyone = ['recorder', 'scheduler', 'vantage-fra', 'vantage-par', 'web'];

describe('start', () => {
  test('runs Redis, the plan and a worker each, and leaves nothing behind when it is stopped', async () => {
    await using running = new Running();
    await running.until(...everyone);
    expect(running.text).toMatch(/project shop, plan [0-9a-f]{16} \(published\): 2 probes, 4 checks/);
    for (const name of ['recorder', 'web', 'scheduler', 'vantage fra', 'vantage par']) {
      expect(running.text).toMatch(new RegExp(`^ {2}${name} +process \\d+, http://127.0.0.1:\\d+/healthz`, 'm'));
    }
    const url = await runningRedisUrl(env.VEDETTE_DATA_DIR ?? '');
    expect(lives.of('started').map((one) => one.env.VEDETTE_REDIS_URL)).toEqual(everyone.map(() => url));
    await running.stop();
    expect(lives.alive).toEqual([]);
    expect(await runningRedisUrl(env.VEDETTE_DATA_DIR ?? '')).toBeUndefined();
  });

  test('gives each worker its project, a port that answers, and secrets only to those who need them', async () => {
    await using running = new Running();
    await running.until(...everyone);
    const started = Object.fromEntries(lives.of('started').map((one) => [one.name, one.env]));
    const ports = Object.values(started).map((one) => Number(one.VEDETTE_METRICS_PORT));
    expect(new Set(ports).size).toBe(5);
    expect(started.recorder?.VEDETTE_METRICS_PORT).toBe(env.VEDETTE_METRICS_PORT);
    for (const port of ports) {
      await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200), within);
    }
    expect(
      Object.entries(started)
        .filter(([, one]) => one.SHOP_PASSWORD === 'hush')
        .map(([name]) => name)
        .sort(),
    ).toEqual(['vantage-fra', 'vantage-par', 'web']);
    for (const one of Object.values(started))
      expect(one).toMatchObject({ VEDETTE_PROJECT: 'shop', VEDETTE_NOTES: 'for all' });
  });

  test('runs only the vantages that are asked for, and the inbox where there are heartbeats', async () => {
    project.write('probes', { 'shop/beat.ts': beat });
    env.HEARTBEAT_TOKEN_SHOP_BEAT = 'token';
    await using some = new Running({ vantages: ['par', 'inbox'] });
    await some.until('recorder', 'scheduler', 'vantage-inbox', 'vantage-par', 'web');
  });

  test('refuses a vantage that the plan does not have', async () => {
    await expect(new Running({ vantages: ['mars'] }).ended).rejects.toMatchObject({
      code: 'VANTAGE_UNKNOWN',
      mend: 'It has: fra, par.',
    });
    expect(lives.all).toEqual([]);
  });

  test('refuses to start twice on one data folder, and where a port is taken', async () => {
    await using running = new Running();
    await running.until(...everyone);
    await expect(new Running({ folder: new URL('file:///none/') }).ended).rejects.toMatchObject({ code: 'STARTED' });
    env = { ...env, VEDETTE_DATA_DIR: join(project.path, 'other') };
    await expect(new Running({ folder: new URL('file:///none/') }).ended).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    expect(lives.alive).toEqual(everyone);
  });

  test('gives the next port to a worker whose own is taken', async () => {
    const first = Number(env.VEDETTE_METRICS_PORT);
    await using taken = createServer().listen(first + 1, '127.0.0.1');
    await using running = new Running({ vantages: ['fra'] });
    await running.until('recorder', 'scheduler', 'vantage-fra', 'web');
    const ports = lives.of('started').map((one) => Number(one.env.VEDETTE_METRICS_PORT));
    expect(ports).not.toContain(first + 1);
    expect(new Set(ports).size).toBe(4);
    expect(taken.listening).toBe(true);
  });

  test('refuses a folder in which there is nothing to watch', async () => {
    rmSync(join(probes, 'shop'), { recursive: true });
    await expect(new Running().ended).rejects.toMatchObject({ code: 'PLAN_EMPTY' });
    rmSync(join(probes, 'landscape.ts'));
    await expect(new Running({ folder: new URL('file:///none/') }).ended).rejects.toMatchObject({ code: 'PLAN_NONE' });
  });

  test('keeps the probes of a broken file, holds back a mass removal, and says both', async () => {
    const folder = lives.workersFolder();
    await using first = new Running({ folder });
    await first.until(...everyone);
    await first.stop();

    writeFileSync(join(probes, 'shop/a.ts'), 'export default (\n');
    const shown = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await using second = new Running({ folder });
    await second.until(...everyone);
    const told = shown.mock.calls.map(([text]) => String(text)).join('');
    shown.mockRestore();
    expect(told).toMatch(/shop\/a\.ts is broken: its 1 probe stays in force as it was/);
    expect(second.text).toContain('(published before): 2 probes, 4 checks');
    await second.stop();

    rmSync(join(probes, 'shop/a.ts'));
    await using third = new Running({ folder });
    await third.until(...everyone);
    expect(third.text).toContain('2 of 4 checks would go, more than a tenth: the plan published before stays in force');
    expect(third.text).toContain('(held back): 2 probes, 4 checks');
    const redis = connectRedis((await runningRedisUrl(env.VEDETTE_DATA_DIR ?? '')) ?? '', { name: 'test' });
    expect(third.text).toContain(`plan ${(await published(redis, 'shop'))?.version} `);
    redis.disconnect();
  });
});
