import { beforeAll, describe, expect, test } from 'vitest';
import { expectRan } from './expect-ran.fixture.ts';
import { nameRows } from './names.fixture.ts';
import { type Inside, runInside, whyNoNetwork } from './network.fixture.ts';

const why = whyNoNetwork();
let ran: ReadonlyMap<string, Inside> = new Map();

describe.skipIf(why !== undefined)(`in a network of its own${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  beforeAll(async () => {
    ran = await runInside();
  });

  test.each(nameRows.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const was = ran.get(name);
    if (was === undefined) throw new Error('it did not run; see what its process printed');
    expectRan(row, was.ran);
  });

  test('every row ran', () => expect(ran.size).toBe(nameRows.length));
});
