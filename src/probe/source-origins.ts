/**
 * From a place in a bundle to the line of the author's file.
 */
import { SourceMap, type SourceMapPayload } from 'node:module';
import type { AnyNode } from 'acorn';
import type { Site } from './dsl-value.ts';
import { OptionPlaces } from './source/option-place.ts';
import { Program } from './source/program.ts';

export interface Origin {
  /** Relative to the probes folder. */
  readonly file: string;
  readonly line: number;
}

/** The path of an option, outermost name first, or the id or script of the definition. */
export type Part = readonly string[] | 'id' | 'script';

const MAP = /\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/;
const FRAME = /(vedette-probe:\/\/\/[^\s()]*?):(\d+)(?::(\d+))?(?=[\s)]|$)/g;

export class SourceOrigins {
  readonly #text: string;
  readonly #known = new Map<string, Origin | undefined>();
  #map: SourceMap | undefined;
  #program: Program | undefined;

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

  /** What the author called the name that stands in this place of the bundle, where the bundler calls it otherwise. */
  nameAt(line: number, column: number): string | undefined {
    // Node's types know of no name, its documentation does.
    const found: { readonly name?: string; readonly generatedColumn?: number } | undefined =
      this.#sourceMap()?.findEntry(line - 1, column - 1);
    return found?.generatedColumn === column - 1 ? found.name : undefined;
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

  /**
   * Where a part of a definition was written: an option by its path, or the id or script. Falls short of the whole path
   * where the rest is written nowhere. `sites` are the calls that led to the definition, innermost first.
   */
  ofPart(sites: readonly Site[], url: string, part: Part): Origin | undefined {
    const places = new OptionPlaces(
      this.#parsed(),
      sites.filter((site) => site.url === url),
    );
    return this.#ofNode(typeof part === 'string' ? places.argument(part) : places.find(part));
  }

  /** Where an export was written. */
  ofExport(name: string): Origin | undefined {
    return this.#ofNode(this.#parsed().exportOf(name));
  }

  /** The one place at which importing the bundle can wait for ever, if there is but one. */
  ofWaiting(): Origin | undefined {
    const [place, ...others] = this.#parsed()
      .waits()
      .flatMap((node) => this.#ofNode(node) ?? []);
    return others.length === 0 ? place : undefined;
  }

  /** What lies in installed packages is no author's. */
  #ofNode(node: AnyNode | undefined): Origin | undefined {
    if (node === undefined) return undefined;
    const { line, column } = this.#parsed().placeOf(node);
    const origin = this.of(line, column);
    return origin?.file.includes('node_modules/') ? undefined : origin;
  }

  #parsed(): Program {
    this.#program ??= new Program(this.#text);
    return this.#program;
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
}
