/**
 * One character as others write it down: percent-encoded, JSON-escaped or HTML-escaped, one in the other and several
 * times over, or read in a wrong charset.
 */

/** How often something may have been encoded again. */
const timesMax = 4;
/** A backslash is doubled each time that JSON is put into JSON: 1, 3, 7 and 15 of them stand before a quote. */
export const backslashesMax = 15;

/** A character, with all that it may be written as. */
export interface Char {
  readonly kind: 'char';
  readonly char: string;
  /** A letter of ASCII or a digit: nobody encodes these. */
  readonly plain: boolean;
  readonly lower: string;
  /** The characters with which it may begin, however written. */
  readonly beginnings: ReadonlySet<string>;
  /** What stands behind each `%`: bytes of UTF-8 or of Latin-1, or what JavaScript's `escape` makes. */
  readonly percents: readonly (readonly string[])[];
  /** What may stand behind backslashes, beside itself. */
  readonly escapes: readonly string[];
  /** `uXXXX` of a character beyond the first plane: its halves have backslashes of their own. */
  readonly halves: readonly [string, string] | undefined;
  /** Each byte of it when UTF-8 was read as Latin-1 or Windows-1252. */
  readonly misread: readonly string[];
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\b': 'b',
  '\f': 'f',
  '\v': 'v',
  '\0': '0',
};
const windows = new TextDecoder('windows-1252');

/** All that a character may be written as. */
export function charOf(char: string): Char {
  const code = char.codePointAt(0) ?? 0;
  const bytes = [...Buffer.from(char)];
  const [high = '', low] = Array.from({ length: char.length }, (_, at) => `u${hex(char.charCodeAt(at), 4)}`);
  const percents = [bytes.map((byte) => hex(byte, 2))];
  if (code > 0x7f) percents.push(low === undefined ? [high] : [high, low]);
  if (code > 0x7f && code < 0x100) percents.push([hex(code, 2)]);
  const escapes = low === undefined ? [high] : [];
  if (code < 0x100) escapes.push(`x${hex(code, 2)}`);
  if (shortEscapes[char] !== undefined) escapes.push(shortEscapes[char]);
  const misread =
    code > 0x7f ? bytes.map((byte) => String.fromCharCode(byte) + windows.decode(Uint8Array.of(byte))) : [];
  const others = code > 0x7f ? `\ufffd?${misread[0] ?? ''}` : char === '+' ? ' ' : '';
  return {
    kind: 'char',
    char,
    plain: /^[a-z0-9_]$/i.test(char),
    lower: char.toLowerCase(),
    beginnings: new Set(`${char.charAt(0)}${char.charAt(0).toLowerCase()}${char.charAt(0).toUpperCase()}%&\\${others}`),
    percents,
    escapes,
    halves: low === undefined ? undefined : [high, low],
    misread,
  };
}

const nowhere: readonly number[] = [];

/** In either case: hosts and hex digits are written in both. */
function isSame(text: string, at: number, wanted: string): boolean {
  return text.startsWith(wanted, at) || text.slice(at, at + wanted.length).toLowerCase() === wanted.toLowerCase();
}

/** Every place at which a character that begins at `at` can end. */
export function charEnds(text: string, at: number, unit: Char): readonly number[] {
  const first = text.charAt(at);
  if (unit.plain) return first === unit.char || first.toLowerCase() === unit.lower ? [at + 1] : nowhere;
  if (!unit.beginnings.has(first)) return nowhere;
  const ends = directEnds(text, at, unit);
  return first === '\\' || first === '%' || first === '&' ? [...ends, ...escapedEnds(text, at, unit)] : ends;
}

/** The character itself, its bytes in percents, its entity, or what a wrong charset makes of it. */
function directEnds(text: string, at: number, unit: Char): number[] {
  const { char, misread } = unit;
  const ends = isSame(text, at, char) ? [at + char.length] : [];
  if (char === '+' && text.charAt(at) === ' ') ends.push(at + 1);
  if (misread.length > 0) ends.push(...misreadEnds(text, at, misread));
  ends.push(...percentEnds(text, at, unit), ...entityEnds(text, at, unit));
  return ends;
}

function percentEnds(text: string, at: number, { percents }: Char): number[] {
  if (text.charAt(at) !== '%') return [];
  return percents.flatMap((parts) => {
    let places: readonly number[] = [at];
    for (const part of parts) places = places.flatMap((place) => percentPartEnds(text, place, part));
    return places;
  });
}

/** `%XX`, or `%25XX`, `%2525XX`… */
function percentPartEnds(text: string, at: number, part: string): number[] {
  const ends: number[] = [];
  if (text.charAt(at) !== '%') return ends;
  for (let times = 0, place = at + 1; times <= timesMax; times++, place += 2) {
    if (isSame(text, place, part)) ends.push(place + part.length);
    if (!text.startsWith('25', place)) break;
  }
  return ends;
}

const ampersand = /(&|%(?:25){0,4}26|(?:\\|%(?:25){0,4}5c){1,15}u0026)((?:amp(?:;|%(?:25){0,4}3b)){0,4})/iy;
const reference =
  /(?:(?:#|%(?:25){0,4}23)(?:x0{0,6}([0-9a-f]{1,6})|0{0,6}(\d{1,7}))|([a-z][a-z0-9]{1,30}))(?:;|%(?:25){0,4}3b)/iy;
const names: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  nbsp: '\xa0',
  newline: '\n',
  tab: '\t',
};

function entityEnds(text: string, at: number, { char }: Char): number[] {
  const begun = match(ampersand, text, at);
  if (begun === undefined) return [];
  const [written, , nested = ''] = begun;
  const after = at + written.length;
  // `&amp;amp;` is an ampersand that was written twice, or `&amp;` that was written once.
  if (char === '&') return [...nested.matchAll(/amp/gi)].map((one) => after - nested.length + one.index).concat(after);
  const [whole, hexadecimal, decimal, name] = match(reference, text, after) ?? [];
  if (whole === undefined) return [];
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  const named = name === undefined ? undefined : names[name.toLowerCase()];
  // Beyond ASCII any name will do: there are thousands.
  const same = name === undefined ? code === char.codePointAt(0) : named === char || (!named && char > '\x7f');
  return same ? [after + whole.length] : [];
}

/** After a run of backslashes: the character, its code, or its letter. */
function escapedEnds(text: string, at: number, unit: Char): number[] {
  const ends: number[] = [];
  for (const after of afterBackslashes(text, at)) {
    ends.push(...directEnds(text, after, unit));
    for (const form of unit.escapes) if (isSame(text, after, form)) ends.push(after + form.length);
    const [high, low] = unit.halves ?? [];
    if (high === undefined || low === undefined || !isSame(text, after, high)) continue;
    const lows = [...afterBackslashes(text, after + high.length)];
    ends.push(...lows.filter((place) => isSame(text, place, low)).map((place) => place + low.length));
  }
  return ends;
}

/** A backslash, however written. */
export const backslash = /\\|%(?:25){0,4}5c|&(?:amp;){0,4}#(?:92|x5c);/iy;

/** The places after one, two… backslashes, however these are written. */
function* afterBackslashes(text: string, at: number): Generator<number> {
  let place = at;
  for (let count = 0; count < backslashesMax; count++) {
    const one = match(backslash, text, place);
    if (one === undefined) return;
    place += one[0].length;
    // Within a run there is nothing but the next of them.
    if (text.charAt(place) !== '\\') yield place;
  }
}

function misreadEnds(text: string, at: number, misread: readonly string[]): number[] {
  const same = misread.every((ways, offset) => at + offset < text.length && ways.includes(text.charAt(at + offset)));
  const ends = same ? [at + misread.length] : [];
  for (let end = at; end < at + misread.length && /[\ufffd?]/.test(text.charAt(end)); end++) ends.push(end + 1);
  return ends;
}

/** What an expression with the flag `y` matches at a place. */
export function match(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(text) ?? undefined;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
