/**
 * Playwright's trace of a run: every call with the document before and after it, and every request. It holds what the
 * script typed and the network carried, so every byte goes through the redactor before it leaves the child. There are
 * no pictures in it: they cannot be redacted, and a document shows more.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import type { APIRequestContext, BrowserContext } from 'playwright';
import { createBytesRedactor, createRedactor } from '../../redact.ts';

/** A trace that is larger unpacked is not kept, bytes. */
const unpackedBytesMax = 128 * 1024 * 1024;

type Traced = Pick<BrowserContext | APIRequestContext, 'tracing'>;

/** A trace that is being recorded. */
export interface Trace {
  /** Marks that a step begins, and that the last one ended. */
  begin(step: string): void;
  end(): void;
  /** Ends it. @returns the zip, redacted; `undefined` when it is too big or cannot be had */
  stop(): Promise<Uint8Array | undefined>;
}

/** Begins a trace of what a context does. Rejects when it cannot. */
export async function startTrace(of: Traced, secrets: readonly string[]): Promise<Trace> {
  await of.tracing.start({ snapshots: true, screenshots: false, sources: false });
  return {
    begin: (step) => void of.tracing.group(step).catch(() => undefined),
    end: () => void of.tracing.groupEnd().catch(() => undefined),
    async stop() {
      const path = join(tmpdir(), `trace-${randomBytes(6).toString('hex')}.zip`);
      try {
        await of.tracing.stop({ path });
        return redacted(await readFile(path), secrets);
      } catch {
        // The browser is gone, and the trace with it.
        return undefined;
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

/** A zip whose files, and their names, hold none of the secrets. */
function redacted(zip: Uint8Array, secrets: readonly string[]): Uint8Array | undefined {
  let bytes = 0;
  const files = unzipSync(zip, {
    filter: ({ originalSize }) => {
      bytes += originalSize;
      return bytes <= unpackedBytesMax;
    },
  });
  if (bytes > unpackedBytesMax) return undefined;
  if (secrets.length === 0) return zip;
  const redact = createBytesRedactor(secrets);
  const redactName = createRedactor(secrets);
  const clean = Object.entries(files).map(([name, content]) => [redactName(name), redact(content)]);
  return zipSync(Object.fromEntries(clean), { level: 6 });
}
