/**
 * A Redis of Vedette's own, for one machine: a child process on the loopback address with a password, whose
 * append-only file lies under the data folder. The first process to ask owns it; others on the same data folder
 * find it by {@link runningRedisUrl}.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VedetteError } from './errors.ts';
import { isAlive, takeLock } from './lock.ts';
import type { Logger } from './log.ts';
import { isFreePort, tryPort } from './port.ts';
import { findRedisServer } from './programs.ts';
import { askRedis } from './redis-line.ts';
import { type Address, RedisProcess, urlOf } from './redis-process.ts';

const host = '127.0.0.1';
const startMsMax = 30_000;
const stopMsMax = 10_000;
const probeMsMax = 1_000;

/** A Redis that answers. Disposing it stops it, unless another process owns it. */
export interface EmbeddedRedis extends AsyncDisposable {
  /** With its password: never to be logged. */
  readonly url: string;
  /** Process id of the server at the time of the call; it changes when the server had to be restarted. */
  readonly pid: number;
  /** False when another process on the same data folder runs it. */
  readonly owned: boolean;
}

/**
 * Starts a Redis on this data folder, or joins the one that runs there already.
 * @throws VedetteError `REDIS_MISSING`, `REDIS_OLD` or `REDIS_START`
 */
export async function startEmbeddedRedis(options: { dataDir: string; log: Logger }): Promise<EmbeddedRedis> {
  const folder = join(options.dataDir, 'redis');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await takeLock(join(folder, 'owner'));
  if (lock === undefined) return await joinRunning(options.dataDir);
  try {
    const program = await requireServer();
    const address = await settleAddress(folder);
    await writeConfig(folder, address);
    const server = new RedisProcess(program, folder, address, options.log);
    await server.start();
    const url = urlOf(address);
    await writeFile(join(folder, 'url'), `${url}\n`, { mode: 0o600 });
    return {
      url,
      owned: true,
      get pid() {
        return server.pid;
      },
      async [Symbol.asyncDispose]() {
        await server.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Address, with password, of the embedded Redis that runs on this data folder; `undefined` when none answers there. */
export async function runningRedisUrl(dataDir: string): Promise<string | undefined> {
  const url = await readFile(join(dataDir, 'redis', 'url'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  if (url === undefined || !URL.canParse(url)) return undefined;
  return (await askRedis(url, ['PING'], probeMsMax)) === 'PONG' ? url : undefined;
}

async function requireServer(): Promise<string> {
  const server = await findRedisServer();
  if (server === undefined) {
    throw new VedetteError('REDIS_MISSING', 'No redis-server or valkey-server was found on this machine', {
      mend: 'Install Redis 7 or newer (apt-get install redis-server, or brew install redis), or set VEDETTE_REDIS_URL.',
    });
  }
  if (!server.newEnough) {
    throw new VedetteError('REDIS_OLD', `${server.path} is version ${server.version}; Vedette needs Redis 7 or newer`, {
      mend: 'Install a newer Redis or Valkey, or set VEDETTE_REDIS_URL to one that runs elsewhere.',
    });
  }
  return server.path;
}

/** Waits until the owner's Redis answers: it may just be starting. */
async function joinRunning(dataDir: string): Promise<EmbeddedRedis> {
  const deadline = performance.now() + startMsMax;
  while (performance.now() < deadline) {
    const url = await runningRedisUrl(dataDir);
    const info = url === undefined ? undefined : await askRedis(url, ['INFO', 'server'], probeMsMax);
    const pid = serverPid(info);
    if (url !== undefined && pid !== undefined) return { url, pid, owned: false, async [Symbol.asyncDispose]() {} };
    await sleep(100);
  }
  throw new VedetteError('REDIS_START', `another process owns the Redis under ${dataDir}, but it does not answer`, {
    mend: 'Stop that process (its id is in redis/owner there), or choose another VEDETTE_DATA_DIR.',
  });
}

/**
 * The address of last time where it is still free, so that whoever kept it finds the new server. A server that
 * outlived an owner that was killed is ended first: two must never write one append-only file.
 */
async function settleAddress(folder: string): Promise<Address> {
  const earlier = await readFile(join(folder, 'url'), 'utf8').then(
    (text) => text.trim(),
    () => '',
  );
  if (URL.canParse(earlier)) {
    await endOrphan(earlier);
    const { port, password } = new URL(earlier);
    if (await isFreePort(host, Number(port))) return { port: Number(port), password };
  }
  return { port: await tryPort(host, 0), password: randomBytes(24).toString('hex') };
}

/** Asks a server that nobody owns any more to save and leave, and insists after 10 s. */
async function endOrphan(url: string): Promise<void> {
  const pid = serverPid(await askRedis(url, ['INFO', 'server'], probeMsMax));
  if (pid === undefined) return;
  await askRedis(url, ['SHUTDOWN'], probeMsMax);
  const deadline = performance.now() + stopMsMax;
  while (isAlive(pid) && performance.now() < deadline) await sleep(20);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

function serverPid(info: string | undefined): number | undefined {
  const pid = Number(/process_id:(\d+)/.exec(info ?? '')?.[1]);
  return pid > 0 ? pid : undefined;
}

/** Settings are in a file, because arguments are readable by every user of the machine. */
async function writeConfig(folder: string, { port, password }: Address): Promise<void> {
  const lines = [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    'appendonly yes',
    'appendfsync everysec',
    // The append-only file is what survives; snapshots beside it would write everything twice.
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    'loglevel warning',
  ];
  await writeFile(join(folder, 'redis.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
}
