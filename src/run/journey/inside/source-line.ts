/**
 * The line of the author's file at which a script failed.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload, type SourceMapping } from 'node:module';
import { basename } from 'node:path';
import type { SourceLine } from '../../../result/result.ts';

const textCharsMax = 200;
const framesMax = 50;
/** Lines shown before and after the one that failed. */
const aroundLines = 2;

/**
 * Looks through a stack for the innermost frame that lies in the author's own `file`, else in anything of the
 * project that its bundle holds. The bundle's map is read only now: runs that pass do not pay for it.
 */
export function sourceLineOf(stack: string, bundle: string, file: string): SourceLine | undefined {
  const frames = stack
    .split('\n')
    .filter((line) => line.includes(basename(bundle)))
    .slice(0, framesMax);
  if (frames.length === 0) return undefined;
  const payload = inlineMap(readFileSync(bundle, 'utf8'));
  if (payload === undefined) return undefined;
  const map = new SourceMap(payload);
  const lines = frames.flatMap((frame) => {
    const place = /:(\d+):(\d+)\)?\s*$/.exec(frame);
    const entry = place === null ? {} : map.findEntry(Number(place[1]) - 1, Number(place[2]) - 1);
    if (!isOrigin(entry) || entry.originalSource.includes('node_modules/')) return [];
    return [lineOf(payload, entry.originalSource, entry.originalLine + 1)];
  });
  return lines.find((line) => line.file === file || line.file.endsWith(`/${file}`)) ?? lines[0];
}

/** An empty object is what is found where nothing is. */
function isOrigin(entry: object): entry is SourceMapping {
  return 'originalSource' in entry && typeof entry.originalSource === 'string';
}

function lineOf(payload: SourceMapPayload, source: string, line: number): SourceLine {
  const content = payload.sourcesContent?.[payload.sources.indexOf(source)];
  const file = source.replace(/^(\.\.?\/)+/, '');
  if (content === undefined) return { file, line, text: '' };
  const all = content.split('\n');
  const from = Math.max(1, line - aroundLines);
  const lines = all.slice(from - 1, line + aroundLines).map((one) => one.trimEnd().slice(0, textCharsMax));
  return { file, line, text: (all[line - 1] ?? '').trim().slice(0, textCharsMax), from, lines };
}

function inlineMap(text: string): SourceMapPayload | undefined {
  const encoded = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/.exec(text)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as SourceMapPayload;
  } catch {
    // A bundle with a damaged map still runs; only the line is not known.
    return undefined;
  }
}
