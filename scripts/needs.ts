/**
 * What Vedette needs besides npm's packages: how to see that it is there, and what installs it where.
 */
import { readFileSync } from 'node:fs';
import { findProgram, findRedisServer } from '../src/base/programs.ts';
import { findChromium } from '../src/run/journey/chromium.ts';

/** How this machine gets software: Debian and its relatives, Ubuntu (whose chromium package is a snap), macOS, or by hand. */
export type Platform = 'debian' | 'ubuntu' | 'macos' | 'other';

export interface Need {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly purpose: string;
  /** Needed by the tests alone. */
  readonly testOnly: boolean;
  /** Where it is; `undefined` when it is missing. */
  readonly find: () => Promise<string | undefined>;
  /** System packages that bring it; none where Playwright's download is the way. */
  readonly packages: Readonly<Record<Exclude<Platform, 'other'>, readonly string[]>>;
}

export const needs: readonly Need[] = [
  {
    name: 'Redis 7 or newer (or Valkey)',
    purpose: 'queues and the stream of results',
    testOnly: false,
    find: async () => {
      const server = await findRedisServer();
      return server?.newEnough ? server.path : undefined;
    },
    packages: { debian: ['redis-server'], ubuntu: ['redis-server'], macos: ['redis'] },
  },
  {
    name: 'Chromium',
    purpose: 'journeys',
    testOnly: false,
    find: () => findChromium(process.env.VEDETTE_CHROMIUM || undefined),
    packages: { debian: ['chromium-headless-shell'], ubuntu: [], macos: [] },
  },
  {
    name: 'Prometheus with promtool',
    purpose: 'tests of the metrics',
    testOnly: true,
    find: async () => (findProgram('promtool') === undefined ? undefined : findProgram('prometheus')),
    packages: { debian: ['prometheus'], ubuntu: ['prometheus'], macos: ['prometheus'] },
  },
  {
    name: 'Alertmanager with amtool',
    purpose: 'tests of the alerts',
    testOnly: true,
    find: async () =>
      findProgram('amtool') === undefined ? undefined : findProgram('prometheus-alertmanager', 'alertmanager'),
    packages: { debian: ['prometheus-alertmanager'], ubuntu: ['prometheus-alertmanager'], macos: ['alertmanager'] },
  },
];

/** The platform that this text of `/etc/os-release` describes, or that this process runs on. */
export function platformOf(
  osRelease: string | undefined = readOsRelease(),
  system: string = process.platform,
): Platform {
  if (system === 'darwin') return 'macos';
  if (system !== 'linux' || osRelease === undefined) return 'other';
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );
  if (ids.includes('ubuntu')) return 'ubuntu';
  return ids.includes('debian') ? 'debian' : 'other';
}

/** Shell command, without sudo, that installs these packages and starts none of their services; `undefined` for `other`. */
export function installCommand(platform: Platform, packages: readonly string[]): string | undefined {
  if (platform === 'other') return undefined;
  if (platform === 'macos') return `brew install ${packages.join(' ')}`;
  return `apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

function readOsRelease(): string | undefined {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return undefined;
  }
}
