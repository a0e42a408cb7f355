/**
 * A probe file and what it imports → one text, an ES module with its source map inside. `vedette`, Playwright and
 * Node's own modules stay outside. The text depends on the project's files alone, not on where the project lies.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type BuildFailure, build } from 'esbuild';
import { asError } from '../base/errors.ts';
import { bundleBytesMax } from './limits.ts';
import { SourceOrigins } from './source-origins.ts';
import { sayUnbundled } from './unread.ts';

/** A fault in a source text. */
export interface SyntaxFault {
  /** Relative to the probes folder. */
  readonly file: string;
  readonly line?: number;
  readonly message: string;
  readonly mend: string;
}

export interface Bundle {
  readonly file: string;
  readonly text: string;
  /** SHA-256 of the text, hex. */
  readonly hash: string;
  readonly origins: SourceOrigins;
}

// CommonJS packages ask for Node's modules with `require`, which a module does not have.
const banner =
  "import { createRequire as vedetteRequire } from 'node:module';const require = vedetteRequire('file:///');";

/** Bundles one file of the probes folder; `file` is relative to it. */
export async function bundle(probesDir: string, file: string): Promise<Bundle | { faults: readonly SyntaxFault[] }> {
  try {
    const built = await build({
      absWorkingDir: probesDir,
      entryPoints: [file],
      outfile: join(probesDir, 'bundle.js'),
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      charset: 'utf8',
      legalComments: 'none',
      sourcemap: 'inline',
      external: ['vedette', 'playwright', 'playwright/*', 'playwright-core', '@playwright/test'],
      banner: { js: banner },
      logLevel: 'silent',
    });
    const text = built.outputFiles[0]?.text ?? '';
    const bytes = Buffer.byteLength(text);
    if (bytes > bundleBytesMax) {
      const message = `it and what it imports come to ${bytes} bytes, more than ${bundleBytesMax}`;
      return { faults: [{ file, message, mend: 'import less; a probe needs no large packages' }] };
    }
    return { file, text, hash: createHash('sha256').update(text).digest('hex'), origins: new SourceOrigins(text) };
  } catch (error) {
    return { faults: faultsOf(error, probesDir, file) };
  }
}

function faultsOf(error: unknown, probesDir: string, file: string): SyntaxFault[] {
  const errors = error instanceof Error && 'errors' in error ? (error as BuildFailure).errors : [];
  if (errors.length === 0) return [{ file, message: asError(error).message, mend: 'mend this and load again' }];
  return errors.map(({ text, location }) => ({
    file: location?.file ?? file,
    ...(location ? { line: location.line } : {}),
    ...sayUnbundled(probesDir, location?.file ?? file, text),
  }));
}
