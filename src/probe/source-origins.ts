/**
 * From a place in a bundle to the line of the author's file, and from there to the line of an option.
 */
import { SourceMap, type SourceMapPayload } from 'node:module';
import type { Site } from './dsl-value.ts';

export interface Origin {
  /** Relative to the probes folder. */
  readonly file: string;
  readonly line: number;
}

const MAP = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;
const FRAME = /(vedette-probe:\/\/\/[^\s()]*?):(\d+)(?::(\d+))?(?=[\s)]|$)/g;

export class SourceOrigins {
  readonly #text: string;
  readonly #known = new Map<string, Origin | undefined>();
  #map: SourceMap | undefined;
  #lines: Map<string, readonly string[]> | undefined;

  /** `text` is a bundle with its source map inline. It is not read before it is needed. */
  constructor(text: string) {
    this.#text = text;
  }

  /** Where a place of the bundle was written. Lines and columns count from 1. */
  of(line: number, column: number): Origin | undefined {
    const key = `${line}:${column}`;
    if (!this.#known.has(key)) this.#known.set(key, this.#look(line, column));
    return this.#known.get(key);
  }

  /** The innermost of these places that lies in `file`; failing that, the innermost that is an author's at all. */
  ofSites(sites: readonly Site[], url: string, file: string): Origin | undefined {
    const origins = sites.filter((site) => site.url === url).map((site) => this.of(site.line, site.column));
    return origins.find((origin) => origin?.file === file) ?? origins.find((origin) => origin !== undefined);
  }

  /** Where the first frame of a stack that lies in this bundle was written. */
  ofStack(stack: string, url: string): Origin | undefined {
    for (const [, frameUrl, line, column] of stack.matchAll(FRAME)) {
      const origin = frameUrl === url ? this.of(Number(line), Number(column ?? 1)) : undefined;
      if (origin !== undefined) return origin;
    }
    return undefined;
  }

  /** The line of an option: looked for after the definition, up to the next one. */
  ofOption(definition: Origin, nextLine: number, path: readonly string[]): number {
    const lines = this.#linesOf(definition.file);
    let at = definition.line;
    for (const name of path) {
      const key = keyPattern(name);
      const end = Math.min(nextLine - 1, lines.length);
      let found: number | undefined;
      for (let line = at; line <= end && found === undefined; line++) {
        const text = lines[line - 1] ?? '';
        if (!/^\s*(\/\/|\*|\/\*)/.test(text) && key.test(text)) found = line;
      }
      if (found === undefined) return at;
      at = found;
    }
    return at;
  }

  #look(line: number, column: number): Origin | undefined {
    const found = this.#sourceMap()?.findEntry(line - 1, column - 1);
    if (found === undefined || !('originalSource' in found)) return undefined;
    const file = found.originalSource;
    return typeof file === 'string' && file !== '' ? { file, line: found.originalLine + 1 } : undefined;
  }

  #sourceMap(): SourceMap | undefined {
    const encoded = this.#map === undefined ? MAP.exec(this.#text)?.[1] : undefined;
    if (encoded !== undefined) {
      const payload = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as SourceMapPayload;
      this.#map = new SourceMap(payload);
    }
    return this.#map;
  }

  #linesOf(file: string): readonly string[] {
    if (this.#lines === undefined) {
      const payload = this.#sourceMap()?.payload;
      const texts = payload?.sourcesContent ?? [];
      this.#lines = new Map(payload?.sources.map((source, index) => [source, (texts[index] ?? '').split('\n')]));
    }
    return this.#lines.get(file) ?? [];
  }
}

function keyPattern(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:^|[\\s{,(])(['"\`]?)${escaped}\\1\\s*(?:[:,(}]|$)`);
}
