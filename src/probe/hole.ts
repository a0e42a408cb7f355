/**
 * What a template makes of something that is not there, or is no text.
 */

const HOLE = /(?:^|[/=&?.\s])(undefined|NaN|\[object \w+\])(?:$|[/&?#:.\s;,])/;

/** `undefined` in `https://shop.example/undefined/api`, as it stands there; nothing where a text has no such hole. */
export function holeIn(text: string): string | undefined {
  return HOLE.exec(text)?.[1];
}

/** Whether something that an author's function made is undefined, or has a part or a text that is. */
export function isIncomplete(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value === 'string') return holeIn(value) !== undefined || /undefined/.test(value);
  if (typeof value !== 'object' || value === null || value instanceof RegExp || value instanceof Error) return false;
  return Object.values(value).some(isIncomplete);
}
