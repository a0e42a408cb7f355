/**
 * Redaction: what a person, a log or a page may read never holds a secret, however it was written down.
 */
import { beginningOf, endsOf, type Unit, unitsOf } from './written.ts';

const MASK = '[redacted]';

/** A value shorter than this is masked only where it stands alone: masking every `1` would leave nothing to read. */
const aloneBelowChars = 4;
/** A long value is looked for in pieces of this many units: its beginning is masked also where the rest was cut off. */
const pieceUnits = 32;
/** Of a piece that was cut short, half is masked, or so many units: fewer of them tell too little. */
const cutUnits = { least: 4, most: 8 } as const;
/** Base64 is looked for in pieces of this many characters; what stands around one is masked with it. */
const base64Chars = 16;

/**
 * Returns a function that replaces every occurrence of every value by `[redacted]`, be it plain, percent-encoded,
 * JSON-escaped or HTML-escaped (in any mixture, up to four times over), in either case, within base64 or base64url, or
 * in hex. What touches or overlaps is masked together. A value that the text's end or an ellipsis cuts off is masked if
 * there is enough of it to tell; all the same, cut a text only after it went through here.
 */
export function createRedactor(values: readonly string[]): (text: string) => string {
  const searches = [...new Set(values)].filter((value) => value !== '').flatMap(searchesFor);
  if (searches.length === 0) return (text) => text;
  return (text) => {
    const spans = searches.flatMap((search) => search(text)).sort((a, b) => a[0] - b[0]);
    return spans.length === 0 ? text : mask(text, spans);
  };
}

/**
 * The same for bytes of any kind. The mask has another length, so a file that counts its own bytes, an image for
 * example, may be damaged where a secret was in it.
 */
export function createBytesRedactor(values: readonly string[]): (bytes: Uint8Array) => Uint8Array {
  const redact = createRedactor(values);
  return (bytes) => {
    // One character a byte, whatever they are. UTF-8 that is read so is one of the forms that are looked for.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const masked = redact(text);
    return masked === text ? bytes : Buffer.from(masked, 'latin1');
  };
}

type Span = readonly [start: number, end: number];
type Search = (text: string) => Span[];

function searchesFor(value: string): Search[] {
  const core = value.trim();
  if (core.length < aloneBelowChars) {
    const alone: Search[] = core === '' ? [] : [searchFor(unitsOf(core))];
    const exact = value.length < aloneBelowChars ? [] : [value];
    return [...alone.map(onlyAlone), searchForAll(exact)];
  }
  const spellings = [...new Set([value, value.normalize('NFC'), value.normalize('NFD')])];
  const hex = Buffer.from(value).toString('hex');
  return [
    ...distinct(spellings.flatMap((spelling) => piecesOf(unitsOf(spelling)))).map(searchFor),
    searchForAll([hex, hex.toUpperCase()]),
    widened(searchForAll(distinct(bytesOf(value).flatMap(base64Forms)))),
  ];
}

/** A value that repeats itself has the same piece many times. */
function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** What may have been put into base64: the value, or what became of it on the way there. */
function bytesOf(value: string): Buffer[] {
  const whole = value.toWellFormed();
  const form = new URLSearchParams([['', whole]]).toString().slice(1);
  const written = [value, value.trim(), JSON.stringify(value).slice(1, -1), encodeURIComponent(whole), form];
  const latin1 = /[\x80-\xff]/.test(value) && !/[^\0-\xff]/.test(value) ? [Buffer.from(value, 'latin1')] : [];
  return [...[...new Set(written)].map((text) => Buffer.from(text)), ...latin1];
}

/**
 * The characters of a base64 text that these bytes alone determine, for each of the three places at which they can
 * begin within a group: a password is recognised inside the base64 of `user:password`. In pieces, each as base64 and
 * base64url, and as URLs and JSON write its two odd characters.
 */
function base64Forms(bytes: Buffer): string[] {
  const pieces = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const inner = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    return piecesOf([...inner], base64Chars).map((piece) => piece.join(''));
  });
  const written = pieces.flatMap((piece) => [
    piece,
    piece.replaceAll('+', '-').replaceAll('/', '_'),
    piece.replaceAll('+', '%2B').replaceAll('/', '%2F'),
    piece.replaceAll('+', '%2b').replaceAll('/', '%2f'),
    piece.replaceAll('+', ' '),
    piece.replaceAll('/', '\\/'),
  ]);
  return written.filter((form) => form.length >= aloneBelowChars);
}

/** In pieces of this length; the last one is longer rather than short. */
function piecesOf<T>(all: readonly T[], length = pieceUnits): T[][] {
  const count = Math.max(1, Math.floor(all.length / length));
  return Array.from({ length: count }, (_, at) =>
    all.slice(at * length, at === count - 1 ? all.length : (at + 1) * length),
  );
}

/** Finds every place of these texts, also those that overlap. */
function searchForAll(forms: readonly string[]): Search {
  return (text) => {
    const spans: Span[] = [];
    for (const form of forms) {
      for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) spans.push([at, at + form.length]);
    }
    return spans;
  };
}

/** Finds every place of these units, however written, also those that overlap or were cut off. */
function searchFor(units: readonly Unit[]): Search {
  const least = Math.min(units.length, cutUnits.most, Math.max(cutUnits.least, Math.ceil(units.length / 2)));
  const beginning = beginningOf(units, least);
  return (text) => {
    const spans: Span[] = [];
    beginning.lastIndex = 0;
    for (let match = beginning.exec(text); match !== null; match = beginning.exec(text)) {
      const end = follow(text, match.index, units, least);
      if (end !== undefined) spans.push([match.index, end]);
      beginning.lastIndex = match.index + 1;
    }
    return spans;
  };
}

/** So a text ends that was cut off, perhaps within a character's encoding; the last is an ellipsis in UTF-8, unread. */
const cut = /(?:[%&\\][#\w%\\;]{0,12})?(?:…|\.\.\.|$|\\{1,15}u2026|&hellip;|%E2%80%A6|\xe2\x80\xa6)/y;

/** Where the units end that begin here; `undefined` where they do not stand here. */
function follow(text: string, at: number, units: readonly Unit[], least: number): number | undefined {
  let places: readonly number[] = [at];
  for (const [index, unit] of units.entries()) {
    const [only, second] = places;
    const next =
      only !== undefined && second === undefined
        ? endsOf(text, only, unit)
        : [...new Set(places.flatMap((place) => endsOf(text, place, unit)))];
    if (next.length === 0) return index < least ? undefined : places.find((place) => isCutAt(text, place));
    places = next;
  }
  return Math.max(...places);
}

function isCutAt(text: string, at: number): boolean {
  cut.lastIndex = at;
  return cut.test(text);
}

function onlyAlone(search: Search): Search {
  const word = /[\p{L}\p{N}_]/u;
  return (text) =>
    search(text).filter(([start, end]) => !word.test(text.charAt(start - 1)) && !word.test(text.charAt(end)));
}

/** What stands around a value in base64 holds some of its bits, and the user's name: all of it is masked. */
function widened(search: Search): Search {
  const alphabet = /[A-Za-z0-9+=_-]/;
  return (text) =>
    search(text).map(([from, to]) => {
      let [start, end] = [from, to];
      while (start > 0 && alphabet.test(text.charAt(start - 1))) start--;
      while (end < text.length && alphabet.test(text.charAt(end))) end++;
      return [start, end];
    });
}

function mask(text: string, spans: readonly Span[]): string {
  let masked = '';
  let done = 0;
  for (const [start, end] of spans) {
    if (end <= done) continue;
    // A span that touches the one before it, or begins inside it, continues that mask.
    if (start > done || masked === '') masked += text.slice(done, start) + MASK;
    done = end;
  }
  return masked + text.slice(done);
}
