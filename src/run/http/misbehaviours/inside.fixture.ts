/**
 * Runs within a network namespace of its own: makes the network, serves its names, runs the rows that need it, and
 * prints what came of each, a line of JSON. With the path of a blackbox_exporter it asks that too.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpEngine } from '../engine.ts';
import { type Said, startBlackbox } from './blackbox.fixture.ts';
import { nameServer } from './name-server.fixture.ts';
import { nameRows } from './names.fixture.ts';
import { type Inside, nameServerAddress, networkCommands, zone } from './network.fixture.ts';
import { forRows, runRow } from './run-rows.fixture.ts';

function makeNetwork(): void {
  for (const command of networkCommands) {
    const { status, stderr } = spawnSync('ip', command.split(' '));
    if (status !== 0) throw new Error(`ip ${command}: ${stderr.toString()}`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'vedette-network-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of [
    ['/etc/resolv.conf', `nameserver ${nameServerAddress}\noptions timeout:1 attempts:1\n`],
    ['/etc/nsswitch.conf', 'hosts: files dns\n'],
  ] as const) {
    const file = join(folder, path.slice('/etc/'.length));
    writeFileSync(file, text);
    execFileSync('mount', ['--bind', file, path]);
  }
}

async function runAll(program: string | undefined): Promise<void> {
  await using _names = await nameServer(nameServerAddress, zone);
  await using engine = createHttpEngine();
  await using blackbox = program === undefined ? undefined : await startBlackbox(program);
  await forRows(nameRows, blackbox === undefined ? 8 : 1, async (row) => {
    let said: Said | undefined;
    const ran = await runRow(engine, row, async (ready) => {
      said = row.notThere === undefined ? await blackbox?.ask(row, ready) : undefined;
    });
    process.stdout.write(`${JSON.stringify({ name: row.name, ran, said } satisfies Inside)}\n`);
  });
}

makeNetwork();
await runAll(process.argv[2]);
// Lookups that nobody answers would keep it for as long as the resolver waits.
process.exit(0);
