/**
 * The child process that imports bundles of probe files, one after the other, and reports what they define. It is
 * short-lived: what a file does to it, loops included, ends with it.
 */
import { createRequire, registerHooks } from 'node:module';
import { Worker } from 'node:worker_threads';
import { asError } from '../base/errors.ts';
import { DEFINED, type Definition } from './dsl-value.ts';
import { collect, write } from './evaluate.ts';
import { bundleScheme, type ImportReport, type ImportRequest } from './written.ts';

// One message holds at most so many definitions, so that neither side ever holds the whole as one text.
const definitionsPerMessageMax = 500;

const index = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js', import.meta.url).href;
const sources = new Map<string, string>();
let made: Definition[] = [];

Object.defineProperty(globalThis, DEFINED, { value: (definition: Definition) => made.push(definition) });

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.startsWith(bundleScheme)) return { url: specifier, shortCircuit: true };
    if (specifier === 'vedette') return { url: index, shortCircuit: true };
    // A bundle is no file, so what it leaves outside (Playwright, Node's own) is looked for from here.
    const inBundle = context.parentURL?.startsWith(bundleScheme) === true;
    // As when it runs: Playwright's test package is but another name.
    const name = specifier === '@playwright/test' ? 'playwright/test' : specifier;
    return next(name, inBundle ? { ...context, parentURL: import.meta.url } : context);
  },
  load: (url, context, next) => {
    const source = sources.get(url);
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
  },
});

// The report could be lost if the process ended here; thrown, it also names the line.
process.exit = (): never => {
  throw new Error('process.exit was called');
};
process.on('uncaughtException', (error) => tellStray(error));
process.on('unhandledRejection', (error) => tellStray(error));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// A file that loops hears of no disconnect: a thread looks whether whoever asked is still there.
const orphaned = `if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL')`;
new Worker(`setInterval(() => { ${orphaned}; }, 1_000)`, { eval: true }).unref();

let devices: readonly string[] | undefined;
function deviceNames(): readonly string[] {
  if (devices === undefined) {
    const playwright = createRequire(import.meta.url)('playwright') as { devices: Readonly<Record<string, unknown>> };
    devices = Object.keys(playwright.devices);
  }
  return devices;
}

function tell(report: ImportReport): void {
  process.send?.(report);
}

function tellStray(thrown: unknown): void {
  const error = asError(thrown);
  tell({ type: 'stray', message: error.message, stack: error.stack ?? '' });
}

async function importBundle({ url, source }: ImportRequest): Promise<void> {
  sources.set(url, source);
  made = [];
  try {
    const exported = (await import(url)) as Record<string, unknown>;
    const { found, oddities } = collect(exported, made);
    for (let from = 0; from < found.length; from += definitionsPerMessageMax) {
      const part = found.slice(from, from + definitionsPerMessageMax);
      tell({ type: 'written', definitions: part.map((one) => write(one, deviceNames)) });
    }
    // A promise that nobody awaits is noticed after this turn, and belongs to this file.
    await new Promise((resolve) => setImmediate(resolve));
    tell({ type: 'done', oddities });
  } catch (thrown) {
    const error = asError(thrown);
    tell({
      type: 'failed',
      message: error.name === 'Error' ? error.message : `${error.name}: ${error.message}`,
      stack: error.stack ?? '',
    });
  } finally {
    sources.delete(url);
  }
}

process.on('message', (request: ImportRequest) => void importBundle(request));
// Read ahead, so that no file's time is spent on it.
await import(index);
tell({ type: 'ready' });
