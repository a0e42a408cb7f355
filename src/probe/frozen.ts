/**
 * Frozen all the way down.
 */

/** Freezes a value and everything in it. Definitions never change; what would change them is a bug that throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
