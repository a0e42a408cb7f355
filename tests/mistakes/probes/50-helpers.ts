import { createHash } from 'node:crypto';

/** Order numbers that the ERP takes for tests: it sorts them out at night. */
export function testOrderNumber(seed: string): string {
  const digits = createHash('sha256').update(seed).digest('hex').slice(0, 10);
  return `T-${digits.toUpperCase()}`;
}

export function euros(cents: number): string {
  return `${(cents / 100).toFixed(2).replace('.', ',')} €`;
}
