/**
 * `npm run lock`: completes package-lock.json. Programs that ship a package per platform list all of them as
 * optional; where npm resolves through a mirror that lacks some, it leaves those out of the lock, and `npm ci`
 * then refuses the lock everywhere. The entries hold what the name says; npm fetches only its own platform's.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

/** `packages` of a lock file: by path under the root. */
export type Packages = Record<string, Entry>;

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** Entries for optional packages that are listed but have none, by path. */
export function missingEntries(packages: Packages): Packages {
  const missing: Packages = {};
  for (const [path, parent] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const at = `node_modules/${name}`;
      if (packages[at] !== undefined || packages[`${path}/${at}`] !== undefined) continue;
      missing[at] = entryOf(name, version, parent);
    }
  }
  return missing;
}

function entryOf(name: string, version: string, parent: Entry): Entry {
  // An exact version alone can be locked without asking the registry.
  if (!/^\d+\.\d+\.\d+\S*$/.test(version)) throw new Error(`${name}@${version} is a range; lock it with npm install`);
  const words = name.split(/[/-]/);
  const find = (known: readonly string[]) => known.filter((word) => words.includes(word));
  const arm = words.some((word) => /^(gnu|musl)?eabi(hf)?$/.test(word)) ? ['arm'] : [];
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : [];
  const cpu = find(processors).length > 0 ? find(processors) : arm;
  const os = find(systems);
  if (os.length !== 1 || cpu.length !== 1)
    throw new Error(`${name} does not say its platform; lock it with npm install`);
  return {
    version,
    cpu,
    ...(parent.dev ? { dev: true } : {}),
    ...(libc.length > 0 ? { libc } : {}),
    optional: true,
    os,
  };
}

if (import.meta.main) {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Packages };
  const missing = missingEntries(lock.packages);
  const byPath = ([a]: [string, Entry], [b]: [string, Entry]) => (a < b ? -1 : 1);
  lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...missing }).sort(byPath));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${Object.keys(missing).length} entries added\n`);
}
