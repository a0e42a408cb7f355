import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asError } from '../../../base/errors.ts';
import { removeFiles } from '../certificates.fixture.ts';
import { createHttpEngine } from '../engine.ts';
import { expectRan } from './expect-ran.fixture.ts';
import { lackedBy, type Row } from './row.fixture.ts';
import { forRows, type Ran, runRow } from './run-rows.fixture.ts';
import { table } from './table.fixture.ts';

const engine = createHttpEngine();
const rows = Object.entries(table).flatMap(([subject, some]) => some.map((row) => ({ subject, row })));
const ran = new Map<Row, Ran | Error>();

beforeAll(async () => {
  await forRows(
    rows.map(({ row }) => row).filter((row) => lackedBy(row) === undefined),
    8,
    async (row) => {
      ran.set(row, await runRow(engine, row).catch(asError));
    },
  );
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  removeFiles();
});

describe.each(Object.entries(table))('%s:', (_subject, some) => {
  for (const row of some) {
    const lacked = lackedBy(row);
    test.skipIf(lacked !== undefined)(`${row.name}${lacked === undefined ? '' : ` (skipped: ${lacked})`}`, () => {
      const was = ran.get(row);
      if (was === undefined || was instanceof Error) throw was ?? new Error('it did not run');
      expectRan(row, was);
    });
  }
});

test('the table holds at least 60 misbehaviours and 20 healthy servers, each under a name of its own', () => {
  const passing = rows.filter(({ row }) => row.wanted.outcome === 'pass').length;
  expect(passing).toBeGreaterThanOrEqual(20);
  expect(rows.length - passing).toBeGreaterThanOrEqual(60);
  expect(new Set(rows.map(({ row }) => row.name)).size).toBe(rows.length);
});
