/**
 * How messages show what was expected and seen.
 */
import type { Pattern } from '../../probe/definition.ts';

/** Shows a piece of the answer in a message: redacted, then cut. */
export type Show = (text: string) => string;

/** A text in quotes. */
export function quoted(text: string, show: Show): string {
  return `"${show(text)}"`;
}

/** An expression as its author wrote it. */
export function written({ pattern, flags }: Pattern): string {
  return `/${pattern}/${flags}`;
}
