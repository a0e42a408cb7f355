/**
 * A value as others write it down: where it stands in a text, each of its characters for itself, in whatever mixture
 * of encodings (see `written-char.ts`), its blanks and backslashes more or fewer.
 *
 * A text is followed with the set of places at which the units so far can end, never by trying one way after the
 * other: a target that knows a secret must not be able to freeze a vantage with it.
 */
import { backslash, backslashesMax, type Char, charEnds, charOf, match } from './written-char.ts';

/** A character, or a run of blanks or of backslashes, which others may shorten or lengthen. */
export type Unit = Char | { readonly kind: 'blanks' | 'backslashes'; readonly least: number; readonly most: number };

/** The units of a value, without the blanks at its ends, which many a writer leaves out. */
export function unitsOf(value: string): Unit[] {
  const runs = value.trim().match(/[\t-\r \xa0]+|\\+|[\ud800-\udbff][\udc00-\udfff]|./gs) ?? [];
  return runs.map((run): Unit => {
    const { length } = run;
    // What is parsed as a URL has its tabs and line breaks taken out; HTML makes one blank of many, or `<br>\r\n` of one.
    if (/^[\t-\r \xa0]/.test(run)) return { kind: 'blanks', least: /^[\t\n\r]+$/.test(run) ? 0 : 1, most: 3 * length };
    if (run.startsWith('\\')) return { kind: 'backslashes', least: length, most: (backslashesMax + 1) * length };
    return charOf(run);
  });
}

/** An expression that finds the places at which the first units may begin; `least`: so many must be there. */
export function beginningOf(units: readonly Unit[], least: number): RegExp {
  let plain = '';
  for (const unit of units.slice(0, least)) {
    if (unit.kind !== 'char' || !unit.plain) break;
    plain += unit.char;
  }
  if (plain !== '') return new RegExp(plain, 'gi');
  const [first] = units;
  const chars = first?.kind === 'char' ? [...first.beginnings].filter((char) => char !== '\\').join('') : '%&/';
  // Of a run of backslashes only the last ones can belong to what follows.
  const most = first?.kind === 'backslashes' ? first.most : backslashesMax;
  return new RegExp(`\\\\{1,${most}}(?!\\\\)|[${chars.replace(/[\]^-]/g, '\\$&')}]`, 'g');
}

const nowhere: readonly number[] = [];

/** Every place at which a unit that begins at `at` can end. */
export function endsOf(text: string, at: number, unit: Unit): readonly number[] {
  if (unit.kind === 'char') return charEnds(text, at, unit);
  const step = unit.kind === 'blanks' ? blankEnds : backslashEnds;
  let places: readonly number[] = [at];
  const ends = new Set(unit.least === 0 ? places : nowhere);
  for (let count = 1; count <= unit.most && places.length > 0; count++) {
    places = [...new Set(places.flatMap((place) => step(text, place)))];
    if (count >= unit.least) for (const place of places) ends.add(place);
  }
  return [...ends];
}

const blanks = [' ', '+', '\n', '\r', '\t', '\v', '\f', '\xa0'].map(charOf);
const lineBreak = /<br ?\/?>/iy;

function blankEnds(text: string, at: number): readonly number[] {
  const char = text.charAt(at);
  if (/^[\s+]$/.test(char)) return [at + 1];
  const broken = char === '<' ? match(lineBreak, text, at) : undefined;
  if (broken !== undefined) return [at + broken[0].length];
  return char === '%' || char === '&' || char === '\\' ? blanks.flatMap((blank) => charEnds(text, at, blank)) : nowhere;
}

/** Browsers turn the backslashes of a path. */
function backslashEnds(text: string, at: number): readonly number[] {
  if (text.charAt(at) === '/') return [at + 1];
  const one = match(backslash, text, at);
  return one === undefined ? nowhere : [at + one[0].length];
}
