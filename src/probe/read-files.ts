/**
 * Probe files → written definitions: every file is bundled and imported, and whatever one of them does, the others
 * are read.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { formatDuration } from '../base/time.ts';
import { type Bundle, bundle, type SyntaxFault } from './bundle.ts';
import { Importer, type ImportFailure } from './importer.ts';
import { loadMsMax } from './limits.ts';
import { lookThrough, type ScriptAt } from './source/slips.ts';
import { sayOddity } from './unread.ts';
import { bundleUrl, type Written } from './written.ts';

// esbuild works beside us; more at a time only wait.
const bundlingMax = 8;

/** A file as far as it could be read. */
export interface ReadFile {
  readonly file: string;
  readonly bundle: Bundle | undefined;
  readonly definitions: readonly Written[];
  readonly faults: readonly SyntaxFault[];
  /** The scripts of its journeys. */
  readonly scripts: readonly ScriptAt[];
  /** Its code is at fault: what it defines must not run, even where its options are as they must be. */
  readonly slipped: boolean;
}

const unread = { bundle: undefined, definitions: [], scripts: [], slipped: false } as const;

/**
 * Reads files of the probes folder, in order. `fileMs` is the time that each has to be imported.
 * @throws VedetteError `LOADER_START` when no child process can be started
 */
export async function readFiles(probesDir: string, files: readonly string[], fileMs: number): Promise<ReadFile[]> {
  const strays: ImportFailure[] = [];
  await using importer = new Importer({ cwd: probesDir, fileMs, onStray: (failure) => strays.push(failure) });
  importer.warm();
  const bundles = await bundleAll(probesDir, files);
  const deadline = performance.now() + loadMsMax;
  const read: ReadFile[] = [];
  for (const made of bundles) read.push(await readOne(importer, made, deadline));
  return read.map((one) => withStrays(one, strays));
}

interface Made {
  readonly file: string;
  readonly made: Awaited<ReturnType<typeof bundle>>;
}

async function bundleAll(probesDir: string, files: readonly string[]): Promise<Made[]> {
  const bundles: Made[] = [];
  const waiting = [...files.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, file] = next;
      bundles[index] = { file, made: await bundle(probesDir, file) };
    }
  };
  await Promise.all(Array.from({ length: bundlingMax }, work));
  return bundles;
}

async function readOne(importer: Importer, { file, made }: Made, deadline: number): Promise<ReadFile> {
  if ('faults' in made) return { ...unread, file, faults: made.faults };
  const left = deadline - performance.now();
  if (left <= 0) {
    const message = `it was not reached: all files together took longer than ${formatDuration(loadMsMax)}`;
    return { ...unread, file, bundle: made, faults: [{ file, message, mend: 'mend the slow files first' }] };
  }
  // A test of Playwright's runner is known by its import, and would load the whole runner.
  const early = made.text.includes('playwright/test"') ? lookThrough(made) : undefined;
  if (early?.isTest) return { ...unread, file, bundle: made, faults: early.faults, slipped: true };
  const importing = importer.import({ url: bundleUrl(file), source: made.text }, left);
  // While the child reads the file, its code is looked through here; the request must be on its way before that.
  await setImmediate();
  const { faults: slips, scripts } = early ?? lookThrough(made);
  const imported = await importing;
  const faults = imported.oddities.map(
    (oddity): SyntaxFault => ({ file, ...made.origins.ofExport(oddity.export), ...sayOddity(oddity) }),
  );
  if (imported.failure !== undefined) faults.push(faultOf(imported.failure, made));
  // A slip that also keeps the file from being imported is told once, by what says more.
  const others = faults.filter((fault) => !slips.some((slip) => slip.file === fault.file && slip.line === fault.line));
  const slipped = slips.length > 0;
  return { file, bundle: made, definitions: imported.definitions, faults: [...slips, ...others], scripts, slipped };
}

function faultOf({ message, mend, stack, hung }: ImportFailure, made: Bundle): SyntaxFault {
  const origin = hung ? made.origins.ofWaiting() : made.origins.ofStack(stack, bundleUrl(made.file));
  return { file: origin?.file ?? made.file, ...(origin ? { line: origin.line } : {}), message, mend };
}

/** Errors that came late name their file in their stack. */
function withStrays(read: ReadFile, strays: readonly ImportFailure[]): ReadFile {
  const made = read.bundle;
  if (made === undefined) return read;
  const own = strays.filter(({ stack }) => made.origins.ofStack(stack, bundleUrl(read.file)) !== undefined);
  const faults = own.map((stray) => faultOf({ ...stray, message: `it left an error behind: ${stray.message}` }, made));
  return { ...read, faults: [...read.faults, ...faults] };
}
