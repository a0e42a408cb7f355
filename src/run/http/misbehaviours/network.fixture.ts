/**
 * A network of the trials' own: a Linux namespace with a name server, and with addresses that are public in it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Said } from './blackbox.fixture.ts';
import type { Known } from './name-server.fixture.ts';
import type { Ran } from './run-rows.fixture.ts';

/** Where the name server of that network listens. */
export const nameServerAddress = '127.0.0.53';

/** Addresses of that network beside the loopback's. */
export const publicAddress = '203.0.113.5';
export const privateAddress = '10.9.8.7';
export const metadataAddress = '169.254.169.254';

/** What the name server knows. */
export const zone: Readonly<Record<string, Known>> = {
  'empty.test': {},
  'failing.test': { code: 'SERVFAIL' },
  'refused.test': { code: 'REFUSED' },
  'silent.test': { silent: true },
  'garbage.test': { garbage: true },
  'shop.test': { A: '127.0.0.1' },
  'alias.test': { CNAME: 'www.alias.test' },
  'www.alias.test': { CNAME: 'shop.test' },
  'six.test': { AAAA: '::1' },
  'both.test': { A: '127.0.0.1', AAAA: '::1' },
  'broken-six.test': { A: '127.0.0.1', AAAA: '2001:db8:dead::1' },
  'unrouted.test': { A: '198.51.100.9' },
  'unreachable.test': { A: '198.51.101.9' },
  'forbidden.test': { A: '198.51.102.9' },
  'public.test': { A: publicAddress },
  'inside.test': { A: privateAddress },
  'metadata.test': { A: metadataAddress },
};

/** Commands that make that network, within a namespace of its own. */
export const networkCommands: readonly string[] = [
  'link set lo up',
  `addr add ${publicAddress}/32 dev lo`,
  `addr add ${privateAddress}/32 dev lo`,
  `addr add ${metadataAddress}/32 dev lo`,
  'route add unreachable 198.51.101.0/24',
  'route add prohibit 198.51.102.0/24',
];

/** Why no such network can be made here; `undefined` where it can. */
export function whyNoNetwork(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  const tried = spawnSync('unshare', [...unshareArguments(), 'ip', 'link', 'set', 'lo', 'up']);
  if (tried.error !== undefined) return 'unshare is not here (package util-linux)';
  if (tried.status === 0) return undefined;
  return `unshare may not, or ip is not here (package iproute2): ${tried.stderr.toString().trim()}`;
}

/** How `unshare` makes a network and mounts of one’s own; as another user than root, within a user namespace. */
function unshareArguments(): string[] {
  return [...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--net', '--mount'];
}

/** What the process within that network prints of each row, as JSON. */
export interface Inside {
  readonly name: string;
  readonly ran: Ran;
  /** What blackbox_exporter said, where it was asked. */
  readonly said?: Said | undefined;
}

/** Runs all rows within that network, and blackbox_exporter beside them where its path is given. */
export async function runInside(blackbox?: string): Promise<ReadonlyMap<string, Inside>> {
  const inside = fileURLToPath(new URL('./inside.fixture.ts', import.meta.url));
  const node = [process.execPath, '--conditions=vedette-source', inside, ...(blackbox === undefined ? [] : [blackbox])];
  const child = spawn('unshare', [...unshareArguments(), ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A lookup that nobody answers holds a thread: the others need theirs.
    env: { ...process.env, UV_THREADPOOL_SIZE: '64' },
  });
  const lines = (await text(child.stdout)).split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => JSON.parse(line) as Inside).map((one) => [one.name, one]));
}
