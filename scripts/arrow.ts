/**
 * The import arrow, checked: base ← probe ← result ← {schedule | run | incident} ← paging ← web ← cli ← workers,
 * a vendor in one place, probes that import only vedette, no cycles. `import type` of a vendor is free; of a
 * layer it is not. Tests stand under the arrow too, but may use any vendor.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** Layers from left to right; those in one row are siblings, which never import one another. */
const layers = [
  ['src/base/'],
  ['src/probe/'],
  ['src/result/'],
  ['src/schedule/', 'src/run/', 'src/incident/'],
  ['src/paging/'],
  ['src/web/'],
  ['src/cli/'],
  ['workers/'],
] as const;

/** Where a vendor may be imported as a value. */
const vendors: Readonly<Record<string, readonly string[]>> = {
  undici: ['src/run/http/'],
  socks: ['src/run/http/'],
  playwright: ['src/run/journey/', 'src/probe/expect.ts'],
  'playwright-core': ['src/run/journey/'],
  'prom-client': ['src/result/'],
  bullmq: ['src/schedule/', 'src/paging/'],
  ioredis: ['src/base/redis.ts'],
  esbuild: ['src/probe/'],
  acorn: ['src/probe/source/'],
  'acorn-walk': ['src/probe/source/'],
  'eslint-scope': ['src/probe/source/'],
  pino: ['src/base/log.ts'],
};

/** What ships, and what does not and is therefore never imported by it. */
const product = /^(src|workers|bin)\//;
const notShipped = /^(probes|demo|bench|tests|scripts|dashboards)\//;
const vendorBound = /^(src|workers|probes|demo|scripts)\//;
const isTest = /\.(test|fixture)\.ts$/;

interface Import {
  readonly specifier: string;
  readonly line: number;
  readonly typeOnly: boolean;
}

/** The source text of files by their path from the root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>;

/** Everything that stands against the rules, a line each: where, what, which rule. */
export function arrowFaults(
  sources: Sources,
  exists: (path: string) => boolean = (path) => sources.has(path),
): string[] {
  const faults: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [file, source] of sources) {
    const targets: string[] = [];
    for (const found of importsOf(file, source)) {
      const fault = found.specifier.startsWith('.') ? pathFault(file, found, exists) : packageFault(file, found);
      if (fault !== undefined) faults.push(`${file}:${found.line}  imports ${found.specifier}; ${fault}`);
      if (found.specifier.startsWith('.') && !found.typeOnly) targets.push(resolve(file, found.specifier));
    }
    edges.set(file, targets);
  }
  return [...faults, ...cycles(edges)];
}

function importsOf(file: string, source: string): Import[] {
  const { module, program, errors } = parseSync(file, source);
  if (errors[0] !== undefined) throw new Error(`${file} cannot be parsed: ${errors[0].message}`);
  const found: Import[] = [];
  const add = (specifier: string, start: number, typeOnly: boolean) =>
    found.push({ specifier, line: source.slice(0, start).split('\n').length, typeOnly });
  for (const { moduleRequest, entries, start } of module.staticImports) {
    add(moduleRequest.value, start, entries.length > 0 && entries.every((entry) => entry.isType));
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType, start } of entries) if (moduleRequest) add(moduleRequest.value, start, isType);
  }
  new Visitor({
    ImportExpression(node) {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string')
        add(node.source.value, node.start, false);
    },
    TSImportType(node) {
      add(node.source.value, node.start, true);
    },
  }).visit(program);
  return found;
}

function pathFault(file: string, { specifier }: Import, exists: (path: string) => boolean): string | undefined {
  const target = resolve(file, specifier);
  if (!exists(target)) return 'there is no such file';
  const layer = layerOf(file);
  const targetLayer = layerOf(target);
  if (
    layer !== undefined &&
    targetLayer !== undefined &&
    layer.name !== targetLayer.name &&
    targetLayer.rank >= layer.rank
  ) {
    return `${layer.name} may import only what stands left of it in the import arrow`;
  }
  if (isTest.test(file)) return undefined;
  if (product.test(file) && notShipped.test(target)) return 'what ships must not need what does not';
  if (product.test(file) && target === 'src/index.ts')
    return 'src/index.ts is for probes; import the file that is meant';
  if (file.startsWith('probes/') && !target.startsWith('probes/'))
    return 'a probe imports only vedette and what lies in probes/';
  return undefined;
}

function packageFault(file: string, { specifier, typeOnly }: Import): string | undefined {
  if (isTest.test(file)) return undefined;
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (file.startsWith('probes/') && name !== 'vedette') return 'a probe imports only vedette and what lies in probes/';
  if (product.test(file) && name === 'vedette') return 'src/index.ts is for probes; import the file that is meant';
  const homes = vendors[name];
  if (typeOnly || homes === undefined || !vendorBound.test(file)) return undefined;
  return homes.some((home) => file.startsWith(home)) ? undefined : `its value belongs to ${homes.join(' and ')} alone`;
}

function layerOf(file: string): { name: string; rank: number } | undefined {
  for (const [rank, row] of layers.entries()) {
    const name = row.find((layer) => file.startsWith(layer));
    if (name !== undefined) return { name, rank };
  }
  return undefined;
}

function resolve(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier);
}

/** Every circle of value imports, once, as a path that ends where it began. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string) => {
    const at = path.indexOf(file);
    if (at >= 0) found.push(`${file}:1  imports itself by ${[...path.slice(at), file].join(' → ')}; break the circle`);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of edges.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of edges.keys()) visit(file);
  return found;
}

if (import.meta.main) {
  // What lies in tests/mistakes is wrong on purpose.
  const exclude = ['tests/mistakes/*/**'];
  const files = globSync('{src,workers,probes,demo,bench,tests,scripts,dashboards}/**/*.ts', { exclude });
  const sources = new Map(files.map((file) => [file.replaceAll('\\', '/'), readFileSync(file, 'utf8')]));
  const faults = arrowFaults(sources, (path) => existsSync(path));
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length > 0) process.stderr.write(`${faults.length} imports stand against the arrow\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
