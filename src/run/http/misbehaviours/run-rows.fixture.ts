/**
 * Runs rows of the table, several at a time, as the tests and the comparison with blackbox_exporter do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../../result/result.ts';
import type { Engine } from '../../engine.ts';
import { run } from '../trial.fixture.ts';
import type { Ready, Row } from './row.fixture.ts';

/** Longest wait for connections to end, milliseconds. */
const closingMs = 2_000;

/** What came of a row. */
export interface Ran {
  readonly result: Result;
  /** `host:port` that the message must name. */
  readonly host: string;
  /** Connections that still stood some time after the run had ended. */
  readonly left: number;
}

/** Runs one row against the engine, and `also` while its server still stands. */
export async function runRow(engine: Engine, row: Row, also?: (ready: Ready) => Promise<void>): Promise<Ran> {
  await using ready = await row.start();
  const result = await run(engine, ready.request, ready.trial);
  const { open = () => 0 } = ready;
  for (let waited = 0; open() > 0 && waited < closingMs; waited += 10) await sleep(10);
  const left = open();
  await also?.(ready);
  return { result, host: ready.host, left };
}

/** Does something with every row, so many at a time. */
export async function forRows(rows: readonly Row[], lanes: number, act: (row: Row) => Promise<void>): Promise<void> {
  const left = [...rows];
  const lane = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) await act(row);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
