/**
 * Whether something that an author wrote is JSON.
 */
import { isRecord } from './option-reader.ts';
import { isUnsendable, show } from './problem.ts';

/** What in a value is not JSON, as a message shows it. Parts that are `undefined` are left out, as JSON does. */
export function oddInJson(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (value === undefined || isUnsendable(value) || value instanceof RegExp) return show(value);
  if (Array.isArray(value)) return value.map(oddInJson).find((odd) => odd !== undefined);
  const parts = isRecord(value) ? Object.values(value).filter((part) => part !== undefined) : [];
  return parts.map(oddInJson).find((odd) => odd !== undefined);
}
