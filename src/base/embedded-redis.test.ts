import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runningRedisUrl, startEmbeddedRedis } from './embedded-redis.ts';
import { createLog } from './log.ts';
import { findRedisServer } from './programs.ts';
import { askRedis } from './redis-line.ts';

const log = createLog('test', 'silent');
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'vedette-redis-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (url: string, ...command: string[]) => askRedis(url, command, 1_000);

describe('the embedded redis', () => {
  test('keeps what it holds on disk, evicts nothing, and hides its password', async () => {
    await using redis = await startEmbeddedRedis({ dataDir, log });
    const info = await ask(redis.url, 'INFO', 'everything');
    expect(info).toContain('aof_enabled:1');
    expect(info).toContain('maxmemory_policy:noeviction');
    expect(info).toContain(`process_id:${redis.pid}`);

    const password = new URL(redis.url).password;
    expect(password.length).toBeGreaterThanOrEqual(32);
    expect(await ask(redis.url.replace(password, ''), 'PING')).toBeUndefined();
    expect(await readFile(`/proc/${redis.pid}/cmdline`, 'utf8').catch(() => '')).not.toContain(password);
    for (const file of ['redis.conf', 'url']) expect((await stat(join(dataDir, 'redis', file))).mode & 0o077).toBe(0);
  });

  test('comes back with the same address and its contents after being killed', async () => {
    await using redis = await startEmbeddedRedis({ dataDir, log });
    const first = redis.pid;
    expect(await ask(redis.url, 'SET', 'kept', 'yes')).toBe('OK');
    // Once on disk, since a kill may cost the last second.
    await vi.waitFor(async () =>
      expect(await ask(redis.url, 'INFO', 'persistence')).toContain('aof_pending_bio_fsync:0'),
    );
    process.kill(first, 'SIGKILL');
    await vi.waitFor(async () => expect(await ask(redis.url, 'GET', 'kept')).toBe('yes'), { timeout: 10_000 });
    expect(redis.pid).not.toBe(first);
  });

  test('is shared by a second one on the same data folder, which leaves it running', async () => {
    await using redis = await startEmbeddedRedis({ dataDir, log });
    {
      await using second = await startEmbeddedRedis({ dataDir, log });
      expect(second).toMatchObject({ url: redis.url, pid: redis.pid, owned: false });
    }
    expect(await runningRedisUrl(dataDir)).toBe(redis.url);
  });

  test('is gone after disposal, and its address and contents are there at the next start', async () => {
    const redis = await startEmbeddedRedis({ dataDir, log });
    await ask(redis.url, 'SET', 'kept', 'yes');
    await redis[Symbol.asyncDispose]();
    expect(await runningRedisUrl(dataDir)).toBeUndefined();
    expect(() => process.kill(redis.pid, 0)).toThrow();
    await using again = await startEmbeddedRedis({ dataDir, log });
    expect(again.url).toBe(redis.url);
    expect(await ask(again.url, 'GET', 'kept')).toBe('yes');
  });

  test('that outlived a killed owner is replaced by one that belongs to the new owner', async () => {
    const source = `
      import { startEmbeddedRedis } from ${JSON.stringify(new URL('./embedded-redis.ts', import.meta.url).href)};
      import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
      const redis = await startEmbeddedRedis({ dataDir: ${JSON.stringify(dataDir)}, log: createLog('owner', 'silent') });
      process.stdout.write(String(redis.pid));
      setInterval(() => {}, 1_000);`;
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [orphan] = await once(owner.stdout, 'data');
    owner.kill('SIGKILL');
    await once(owner, 'exit');

    await using redis = await startEmbeddedRedis({ dataDir, log });
    expect(redis.owned).toBe(true);
    expect(redis.pid).not.toBe(Number(String(orphan)));
    expect(() => process.kill(Number(String(orphan)), 0)).toThrow();
  });
});

test('the server found on this machine is new enough', async () => {
  expect(await findRedisServer()).toMatchObject({ newEnough: true });
});
