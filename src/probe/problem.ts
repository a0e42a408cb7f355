/**
 * What is wrong with a definition, before it is known in which line.
 */
import { types } from 'node:util';

/** Where something stands in a bundle, counted from 1. */
export interface BundlePlace {
  readonly line: number;
  readonly column: number;
}

/** A fault of one option: which, what is wrong, and what to do. */
export interface Problem {
  /** The option's name and those around it, outermost first; empty for the definition as a whole. */
  readonly path: readonly string[];
  /** Where it is, if it is in no option. */
  readonly at?: 'id' | 'script' | BundlePlace;
  readonly message: string;
  readonly mend: string;
}

/** What a value of an author's is when it cannot leave the child that imports it, e.g. `a function`. */
export function unsendable(what: string): Error {
  return new Error(what);
}

export function isUnsendable(value: unknown): value is Error {
  return types.isNativeError(value);
}

const shownCharsMax = 60;

/** A value as a message shows it: short, on one line. */
export function show(value: unknown): string {
  if (isUnsendable(value)) return value.message;
  if (value instanceof RegExp) return shorten(String(value));
  if (typeof value === 'string') return `'${shorten(value)}'`;
  if (value === undefined) return 'nothing';
  return shorten(JSON.stringify(value) ?? String(value));
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > shownCharsMax ? `${line.slice(0, shownCharsMax)}…` : line;
}

const listedMax = 12;

/** "did you mean x?", or the names there are. */
export function suggest(name: string, names: readonly string[], otherwise: string): string {
  const near = nearest(name, names);
  if (near !== undefined) return `did you mean ${near}?`;
  if (names.length === 0) return otherwise;
  const rest = names.length > listedMax ? ` and ${names.length - listedMax} more` : '';
  return `${otherwise}; there is ${names.slice(0, listedMax).join(', ')}${rest}`;
}

/** The name that was probably meant: at most a third of its letters wrong. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Edits from one text to the other (Levenshtein), two neighbours that changed places counting as one. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, swapped));
    }
  }
  return at(a.length, b.length);
}
