/**
 * The table of misbehaviours: what the http engine says of each, beside what Prometheus's blackbox_exporter says.
 *
 *   npm run bench:misbehaviour [-- --only TEXT] [--messages]
 *
 * It takes the exporter from PATH, or Debian's package, unpacked into a temporary folder. Exits 1 when the engine says
 * something else than the table wants, or where the two differ and the table does not say who is right.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findProgram } from '../src/base/programs.ts';
import type { Result } from '../src/result/result.ts';
import { createHttpEngine } from '../src/run/http/engine.ts';
import { type Said, startBlackbox } from '../src/run/http/misbehaviours/blackbox.fixture.ts';
import { nameRows } from '../src/run/http/misbehaviours/names.fixture.ts';
import { runInside, whyNoNetwork } from '../src/run/http/misbehaviours/network.fixture.ts';
import { lackedBy, type Row } from '../src/run/http/misbehaviours/row.fixture.ts';
import { runRow } from '../src/run/http/misbehaviours/run-rows.fixture.ts';
import { table } from '../src/run/http/misbehaviours/table.fixture.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, messages: { type: 'boolean', default: false } },
});
const packageName = 'prometheus-blackbox-exporter';

/** A row, and what both said. */
interface Line {
  readonly subject: string;
  readonly row: Row;
  readonly result: Result;
  readonly said: Said | undefined;
}

/** The exporter's path: as installed, or from Debian's package without installing it. */
function findBlackbox(): string {
  const found = findProgram(packageName, 'blackbox_exporter');
  if (found !== undefined) return found;
  const folder = mkdtempSync(join(tmpdir(), 'vedette-blackbox-package-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync('apt-get', ['download', packageName], { cwd: folder, stdio: 'ignore' });
    const [file = ''] = globSync('*.deb', { cwd: folder });
    execFileSync('dpkg-deb', ['-x', file, '.'], { cwd: folder });
    return join(folder, 'usr/bin', packageName);
  } catch {
    throw new Error(
      `${packageName} is not here, and apt-get cannot bring it: apt-get update && apt-get install ${packageName}`,
    );
  }
}

function verdictOf({ outcome, reason, phase, durationMs }: Result): string {
  const words = [outcome, ...(reason === undefined ? [] : [reason]), ...(phase === undefined ? [] : [phase])];
  return `${words.join('/')}, ${Math.round(durationMs)} ms`;
}

function saidOf({ said, row }: Line): string {
  if (said === undefined) return `not asked: ${row.notThere ?? ''}`;
  const { success, status, seconds, log } = said;
  const http = status === 0 ? '' : `, status ${status}`;
  return `probe_success ${success ? 1 : 0}${http}, ${Math.round(seconds * 1_000)} ms${log === '' ? '' : `; log: ${log}`}`;
}

/** Whether the two come to the same verdict; ours knows one more, that the fault is not the target's. */
function agrees({ result: { outcome }, said }: Line): boolean {
  if (said === undefined) return true;
  return outcome !== 'broken' && said.success === (outcome === 'pass' || outcome === 'degraded');
}

function asWanted({ row: { wanted }, result }: Line): boolean {
  return (
    wanted.outcome === result.outcome &&
    wanted.reason === result.reason &&
    (wanted.phase === undefined || wanted.phase === result.phase)
  );
}

function print(line: Line): void {
  const cut = (text: string, chars: number) => (text.length > chars ? `${text.slice(0, chars - 1)}…` : text);
  const name = cut(`${line.subject}: ${line.row.name}`, 66).padEnd(66);
  const mark = agrees(line) ? ' ' : '≠';
  process.stdout.write(`${name} | ${verdictOf(line.result).padEnd(36)} |${mark}| ${cut(saidOf(line), 150)}\n`);
  if (values.messages && line.result.message !== undefined) process.stdout.write(`    “${line.result.message}”\n`);
}

function summary(lines: readonly Line[]): number {
  const differing = lines.filter((line) => !agrees(line));
  process.stdout.write(`\nWhere the two differ, and who is right (${differing.length} of ${lines.length}):\n\n`);
  for (const line of differing) {
    const { subject, row, result } = line;
    process.stdout.write(
      `- ${subject}: ${row.name}\n  ours: ${verdictOf(result)}; theirs: ${saidOf(line)}\n  ${row.difference ?? 'NO VERDICT'}\n`,
    );
  }
  const nuances = lines.filter((line) => agrees(line) && line.row.difference !== undefined && line.said !== undefined);
  process.stdout.write(`\nThe same verdict, and yet (${nuances.length}):\n\n`);
  for (const { subject, row } of nuances) process.stdout.write(`- ${subject}: ${row.name}\n  ${row.difference}\n`);
  const unasked = lines.filter(({ said }) => said === undefined);
  const unexplained = differing.filter(({ row }) => row.difference === undefined);
  const wrong = lines.filter((line) => !asWanted(line));
  for (const { subject, row, result } of wrong) {
    process.stdout.write(
      `\nNot as the table wants it: ${subject}: ${row.name}: ${verdictOf(result)} ${result.message}\n`,
    );
  }
  const healthy = lines.filter(({ row }) => row.wanted.outcome === 'pass').length;
  process.stdout.write(
    `\n${lines.length - healthy} misbehaviours and ${healthy} healthy servers; ${wrong.length} not as wanted, ` +
      `${differing.length} where blackbox_exporter differs (${unexplained.length} without a verdict), ${unasked.length} that it cannot be asked\n`,
  );
  return wrong.length + unexplained.length;
}

async function compare(): Promise<number> {
  const program = findBlackbox();
  const lines: Line[] = [];
  const add = (line: Line) => {
    lines.push(line);
    print(line);
  };
  await using engine = createHttpEngine();
  await using blackbox = await startBlackbox(program);
  for (const [subject, rows] of Object.entries(table)) {
    for (const row of rows.filter(({ name }) => `${subject}: ${name}`.includes(values.only))) {
      const lacked = lackedBy(row);
      if (lacked !== undefined) {
        process.stdout.write(`${subject}: ${row.name}: left out, for ${lacked}\n`);
        continue;
      }
      let said: Said | undefined;
      const { result } = await runRow(engine, row, async (ready) => {
        said = row.notThere === undefined ? await blackbox.ask(row, ready) : undefined;
      });
      add({ subject, row, result, said });
    }
  }
  const why = whyNoNetwork();
  if (why !== undefined) process.stdout.write(`names: left out, for ${why}\n`);
  const inside = why === undefined && values.only === '' ? await runInside(program) : new Map<string, never>();
  for (const row of nameRows) {
    const ran = inside.get(row.name);
    if (ran !== undefined) add({ subject: 'names', row, result: ran.ran.result, said: ran.said });
  }
  return summary(lines);
}

process.exitCode = (await compare()) === 0 ? 0 : 1;
