/**
 * The probes folder → landscape, probes, bundles, and every fault of every file. One bad file never takes the good
 * ones down.
 */
import { realpath } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { asError } from '../base/errors.ts';
import { checksOf, type Landscape, type Probe } from './definition.ts';
import { compareFaults, type Fault } from './fault.ts';
import { deepFreeze } from './frozen.ts';
import { kinds } from './kinds.ts';
import { checksPerProjectMax, fileLoadMsDefault, probeFilesMax, probesPerProjectMax } from './limits.ts';
import { findProbeFiles, type ProbeFiles } from './probe-files.ts';
import type { BundlePlace, Problem } from './problem.ts';
import { type ReadFile, readFiles } from './read-files.ts';
import type { KnownNames, ResolveContext } from './resolve-common.ts';
import { resolveLandscape } from './resolve-landscape.ts';
import type { ScriptAt } from './source/slips.ts';
import type { Origin, Part } from './source-origins.ts';
import { bundleUrl, type Written } from './written.ts';

export type { Fault } from './fault.ts';
export { formatFault } from './fault.ts';

/** What a probes folder came to. */
export interface Loaded {
  /** `undefined` when it is missing or at fault. */
  readonly landscape: Landscape | undefined;
  /** Those without fault, in the order of their files. */
  readonly probes: readonly Probe[];
  /** Bundles that hold journeys: content hash → ES module with its source map inside. */
  readonly bundles: ReadonlyMap<string, string>;
  /** By file and line. */
  readonly faults: readonly Fault[];
  /** All probe files, landscape included, relative to the probes folder. */
  readonly files: readonly string[];
  /** Those with a fault, relative to the probes folder. */
  readonly brokenFiles: readonly string[];
}

/** A fault, and the files that it breaks; all relative to the probes folder. */
interface Placed extends Omit<Fault, 'usedBy'> {
  readonly broken: readonly string[];
}

/**
 * Loads a probes folder. Reports all faults together instead of throwing.
 * @param options.timeoutMs time that each file has to be imported, milliseconds; 5 s by default
 * @throws VedetteError `LOADER_START` when no child process can be started
 */
export async function load(probesDir: string, options: { readonly timeoutMs?: number } = {}): Promise<Loaded> {
  let dir = resolve(probesDir);
  let found: ProbeFiles;
  try {
    // The bundler names files by their real path; through a link none of them would be found again.
    dir = await realpath(dir);
    found = await findProbeFiles(dir);
  } catch (error) {
    const fault = {
      file: shown(dir, ''),
      message: `it cannot be read: ${asError(error).message}`,
      mend: 'name a folder of probes, or make one with vedette init',
    };
    return { landscape: undefined, probes: [], bundles: new Map(), faults: [fault], files: [], brokenFiles: [] };
  }
  const all = [...(found.landscape === undefined ? [] : [found.landscape]), ...found.probes];
  const kept = all.slice(0, probeFilesMax);
  const loading = new Loading(dir, await readFiles(dir, kept, options.timeoutMs ?? fileLoadMsDefault));
  if (all.length > kept.length) {
    loading.fault(
      dir,
      '',
      `it holds ${all.length} files, more than ${probeFilesMax}`,
      'put several probes into a file',
    );
  }
  return loading.result(found, all);
}

function shown(dir: string, file: string): string {
  return relative(process.cwd(), resolve(dir, file)) || '.';
}

class Loading {
  readonly #dir: string;
  readonly #files: readonly ReadFile[];
  readonly #placed = new Map<string, Placed>();

  constructor(dir: string, files: readonly ReadFile[]) {
    this.#dir = dir;
    this.#files = files;
  }

  fault(
    broken: string,
    file: string,
    message: string,
    mend: string,
    more: { line?: number; probe?: string } = {},
  ): void {
    const key = JSON.stringify([file, more.line, message, mend]);
    const before = this.#placed.get(key);
    // A fault in a file that others import is found with each of them, and told once.
    if (before?.broken.includes(broken)) return;
    this.#placed.set(key, { file, message, mend, ...more, ...before, broken: [...(before?.broken ?? []), broken] });
  }

  result(found: ProbeFiles, files: readonly string[]): Loaded {
    for (const { file, faults } of this.#files) {
      for (const { file: at, line, message, mend } of faults) {
        this.fault(file, at, message, mend, line === undefined ? {} : { line });
      }
    }
    const { landscape, names } = this.#landscape(found.landscape);
    const candidates = this.#files
      .filter(({ file }) => file !== found.landscape)
      .flatMap((file) => this.#candidates(file, names));
    this.#refuseDuplicates(candidates);
    const probes = candidates.flatMap(({ probe }) => probe ?? []);
    this.#refuseTooMany(probes);
    if (found.probes.length === 0) {
      this.fault('', '', 'there are no probes here, so nothing would be watched', 'write one with vedette new');
    }
    const journeys = new Set(probes.flatMap((probe) => (probe.kind === 'journey' ? [probe.bundle] : [])));
    const bundles = this.#files.flatMap(({ bundle }) =>
      bundle && journeys.has(bundle.hash) ? [[bundle.hash, bundle.text] as const] : [],
    );
    return {
      landscape: deepFreeze(landscape),
      probes: deepFreeze(probes),
      bundles: new Map(bundles),
      faults: [...this.#placed.values()].map((placed) => this.#told(placed)).sort(compareFaults),
      files,
      brokenFiles: [...new Set([...this.#placed.values()].flatMap(({ broken }) => broken))]
        .filter((file) => files.includes(file))
        .sort(),
    };
  }

  #told({ broken, file, ...rest }: Placed): Fault {
    const others = broken.filter((one) => one !== file && one !== '').map((one) => shown(this.#dir, one));
    return { ...rest, file: shown(this.#dir, file), ...(others.length === 0 ? {} : { usedBy: others }) };
  }

  #landscape(file: string | undefined): { landscape: Landscape | undefined; names: KnownNames | undefined } {
    const none = { landscape: undefined, names: undefined };
    if (file === undefined) {
      this.fault('', 'landscape.ts', 'it is missing', 'write one with vedette init: export default landscape({ … })');
      return none;
    }
    const read = this.#files.find((one) => one.file === file);
    const [written, second] = read?.definitions.filter(({ vedette }) => vedette === 'landscape') ?? [];
    if (read === undefined || written === undefined) {
      if (read?.faults.length === 0) {
        this.fault(file, file, 'it defines no landscape', 'write export default landscape({ … })');
      }
      return none;
    }
    for (const other of read.definitions.filter((one) => one !== written)) {
      const what = other === second ? 'a second landscape' : `the probe '${String(other.id)}'`;
      const mend = other === second ? 'keep one' : 'move it to a file of its own';
      this.fault(file, file, `it also defines ${what}`, mend, { line: lineOf(read, other).line });
    }
    const problems: Problem[] = [];
    const resolved = resolveLandscape(written, problems);
    this.#place(read, written, problems);
    return read.faults.length > 0 ? { ...resolved, landscape: undefined } : resolved;
  }

  #candidates(read: ReadFile, names: KnownNames | undefined): Candidate[] {
    // What a file imports from another is that one's to export.
    const own = read.definitions.filter((one) => one.export !== undefined || lineOf(read, one).file === read.file);
    if (own.length === 0 && read.faults.length === 0) {
      const mend = "export one, or begin the file's name with _ if probes share it";
      this.fault(read.file, read.file, 'it defines no probe', mend);
    }
    const crons: ResolveContext['crons'] = new Map();
    return own.flatMap((written) => {
      const { line } = lineOf(read, written);
      if (written.vedette === 'landscape') {
        const mend = 'move it to landscape.ts in the probes folder';
        this.fault(read.file, read.file, 'it defines a landscape', mend, { line });
        return [];
      }
      if (written.export === undefined) {
        const message = `'${String(written.id)}' is defined but not exported, so it would not run`;
        const mend = `export it: export default ${written.vedette}('${String(written.id)}', …)`;
        this.fault(read.file, read.file, message, mend, { line, probe: String(written.id) });
        return [];
      }
      const problems: Problem[] = [];
      const context = { source: { file: read.file, line }, names, bundle: read.bundle?.hash ?? '', problems, crons };
      const probe = kinds[written.vedette](written, { ...context, script: scriptOf(read, written) });
      this.#place(read, written, problems);
      return [{ id: String(written.id), file: read.file, line, probe: read.slipped ? undefined : probe }];
    });
  }

  /** Finds the line of each problem and makes it a fault. */
  #place(read: ReadFile, written: Written, problems: readonly Problem[]): void {
    for (const { path, at, message, mend } of problems) {
      const { file, line } = originOf(read, written, at ?? path) ?? lineOf(read, written);
      // What is wrong with the code of a line is why its option is as it is.
      if (read.slipped && read.faults.some((slip) => slip.file === file && slip.line === line)) continue;
      const probe = written.vedette === 'landscape' ? {} : { probe: String(written.id) };
      this.fault(read.file, file, message, mend, { line, ...probe });
    }
  }

  /** Neither of two probes of one id can be used: nobody could say which was meant. */
  #refuseDuplicates(candidates: Candidate[]): void {
    const byId = Map.groupBy(candidates, ({ id }) => id);
    for (const [id, same] of byId) {
      if (same.length < 2) continue;
      for (const one of same) {
        const other = same.find((candidate) => candidate !== one) ?? one;
        const message = `the id '${id}' is also that of ${shown(this.#dir, other.file)}:${other.line}`;
        this.fault(one.file, one.file, message, 'give one of them another id', { line: one.line, probe: id });
        one.probe = undefined;
      }
    }
  }

  #refuseTooMany(probes: readonly Probe[]): void {
    const checks = probes.reduce((sum, probe) => sum + checksOf(probe).length, 0);
    if (probes.length > probesPerProjectMax) {
      this.fault('', '', `there are ${probes.length} probes, more than ${probesPerProjectMax}`, 'split the project');
    }
    if (checks > checksPerProjectMax) {
      this.fault(
        '',
        '',
        `there are ${checks} checks, more than ${checksPerProjectMax}`,
        'vary less, or split the project',
      );
    }
  }
}

interface Candidate {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  probe: Probe | undefined;
}

/** Where a definition stands; its file's first line if that is not known. */
function lineOf(read: ReadFile, written: Written): Origin {
  return read.bundle?.origins.ofSites(written.sites, bundleUrl(read.file), read.file) ?? { file: read.file, line: 1 };
}

function originOf(read: ReadFile, written: Written, at: Part | BundlePlace): Origin | undefined {
  if (typeof at === 'object' && 'column' in at) return read.bundle?.origins.of(at.line, at.column);
  return read.bundle?.origins.ofPart(written.sites, bundleUrl(read.file), at);
}

/** What is known of a journey's script. */
function scriptOf(read: ReadFile, { sites }: Written): ScriptAt | undefined {
  return read.scripts.find(({ line, column }) => sites.some((site) => site.line === line && site.column === column));
}
