/**
 * Programs of this machine that Vedette starts: where they are, and which version.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const versionMsMax = 5_000;

/** Folders that services' programs live in, which a user's `PATH` often lacks. */
const systemFolders = ['/usr/local/bin', '/usr/local/sbin', '/usr/bin', '/usr/sbin', '/opt/homebrew/bin'];

/** Path of the first of these programs that can be run, from `PATH` or the usual folders; `undefined` when none is there. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''), ...systemFolders];
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isProgram);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a program prints when run with these arguments (both outputs); `undefined` when it fails or takes too long (5 s by default). */
export async function outputOf(
  program: string,
  args: readonly string[],
  { msMax = versionMsMax }: { msMax?: number } = {},
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...args], { timeout: msMax, killSignal: 'SIGKILL' });
    return stdout + stderr;
  } catch {
    return undefined;
  }
}

/** A Redis or Valkey server on this machine. */
export interface RedisServer {
  readonly path: string;
  readonly name: 'redis' | 'valkey';
  readonly version: string;
  /** Redis 7 or newer, or any Valkey: what BullMQ and the scripts need. */
  readonly newEnough: boolean;
}

/** The server that Vedette would start: the first that is new enough, else the first found; `undefined` when there is none. */
export async function findRedisServer(): Promise<RedisServer | undefined> {
  const found: RedisServer[] = [];
  for (const program of ['redis-server', 'valkey-server']) {
    const path = findProgram(program);
    const output = path === undefined ? undefined : await outputOf(path, ['--version']);
    const version = /\bv=(\d+(?:\.\d+)*)/.exec(output ?? '')?.[1];
    if (path === undefined || version === undefined) continue;
    // On some systems redis-server is a link to valkey-server; its own name is in what it prints.
    const name = /valkey/i.test(output ?? '') ? 'valkey' : 'redis';
    found.push({ path, name, version, newEnough: Number.parseInt(version, 10) >= 7 });
  }
  return found.find((server) => server.newEnough) ?? found[0];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
