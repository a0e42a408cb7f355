/**
 * Artifacts of runs that a person made: kept under the data folder, by content, as the recorder keeps its own.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArtifactRef } from '../result/result.ts';
import type { ArtifactSink } from '../run/engine.ts';

const artifactBytesMax = 20 * 1_024 * 1_024;
const endings: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'application/zip': 'zip',
  'application/json': 'json',
  'text/html': 'html',
  'text/plain': 'txt',
};

/** Where an artifact of this folder lies. */
export function artifactPath(folder: string, { hash, type }: ArtifactRef): string {
  return join(folder, hash.slice(0, 2), `${hash}.${endings[type] ?? 'bin'}`);
}

/** Writes artifacts under a folder; those beyond 20 MiB are not kept. */
export function createArtifactFolder(folder: string): ArtifactSink {
  return async (kind, type, content) => {
    if (content.length > artifactBytesMax) return undefined;
    const hash = createHash('sha256').update(content).digest('hex');
    const ref: ArtifactRef = { kind, hash, type, bytes: content.length };
    const path = artifactPath(folder, ref);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return ref;
  };
}
