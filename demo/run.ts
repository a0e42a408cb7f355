/**
 * `npm run demo`: the demo shop, and Vedette watching it. Also the switch for its faults, from another terminal.
 */
import { Command, InvalidArgumentError } from 'commander';
import { VedetteError } from '../src/base/errors.ts';
import { type Duration, parseDuration } from '../src/base/time.ts';
import { askControl, type FaultState } from './control/control.ts';
import { beyondTheEnd, type PlannedFault, parsePlannedFault } from './fault-plan.ts';
import { faultNames, faults, isFault } from './faults.ts';
import { runLive } from './live.ts';
import { firstPortDefault, portOffsets, portsFrom } from './ports.ts';
import { table } from './report.ts';
import { dataDirDefault } from './up.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);

function duration(text: string): number {
  const ms = parseDuration(text as Duration);
  if (ms === undefined || ms < 1_000)
    throw new InvalidArgumentError('It must be a duration of at least 1s, such as 90s.');
  return ms;
}

function port(text: string): number {
  const first = Number(text);
  if (!Number.isInteger(first) || first < 1_024 || first > 65_000)
    throw new InvalidArgumentError('It must be a port, 1024 to 65000.');
  return first;
}

function fault(text: string, before: readonly PlannedFault[] = []): PlannedFault[] {
  const planned = parsePlannedFault(text);
  if ('wrong' in planned) throw new InvalidArgumentError(planned.wrong);
  return [...before, planned];
}

interface UpOptions {
  readonly for?: number;
  readonly fault?: readonly PlannedFault[];
  readonly dataDir: string;
  readonly firstPort: number;
}

async function up(options: UpOptions): Promise<void> {
  const planned = options.fault ?? [];
  const late = options.for === undefined ? undefined : beyondTheEnd(planned, options.for);
  if (late !== undefined) throw new VedetteError('FAULT_TIME', late, { mend: 'Give it more time with --for.' });
  const stop = new AbortController();
  // The second signal, too, waits for the orderly end: it is bounded, and nothing may be left running.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const { firstPort, dataDir } = options;
  await runLive({ firstPort, dataDir, forMs: options.for, planned, say, stop: stop.signal, startedAt: Date.now() });
}

function tellFaults(states: readonly Partial<FaultState>[]): void {
  const rows = states.map(({ name = '', title = '', hidden, on }) => [
    name,
    hidden ? 'hidden' : 'plain',
    on ? 'on' : '',
    title,
  ]);
  say(table([['fault', 'kind', 'now', 'what it is'], ...rows]));
}

/** Turns switches of a running demo. */
async function turn(names: readonly string[], on: boolean, firstPort: number): Promise<void> {
  const all = !on && names.includes('all');
  const known = names.filter(isFault);
  const unknown = names.filter((name) => !isFault(name) && !(all && name === 'all'));
  if (unknown.length > 0) {
    throw new VedetteError('UNKNOWN_FAULT', `there is no fault ${unknown.join(', ')}`, {
      mend: `There are: ${faultNames.join(', ')}.`,
    });
  }
  const method = on ? 'PUT' : 'DELETE';
  const { control } = portsFrom(firstPort);
  for (const name of all ? [undefined] : known) {
    const states = await askControl(control, method, name);
    if (states === undefined) {
      throw new VedetteError('NO_DEMO', `no demo answers on port ${control}`, {
        mend: 'Start it in another terminal: npm run demo',
      });
    }
    say(
      name === undefined
        ? 'Everything is mended.'
        : `${on ? 'Broken' : 'Mended'}: ${name} (${faults[name].title.toLowerCase()})`,
    );
  }
}

const program = new Command('npm run demo --').description('A demo shop, and Vedette watching it.').addHelpText(
  'after',
  `
Examples:
  npm run demo                                              until Ctrl-C
  npm run demo -- --for 90s --fault payment-down@30s        bounded, with a fault after 30 s
  npm run demo -- --for 2m --fault search-empty@20s-60s     mended again after 60 s
  npm run demo -- break payment-down                        from another terminal
  npm run demo -- mend all`,
);
// Global, so that it may stand before or after the command.
program.option(
  '--first-port <port>',
  `first of the ${Object.keys(portOffsets).length} ports on which the demo listens`,
  port,
  firstPortDefault,
);
program
  .command('up', { isDefault: true })
  .description('start the shop and Vedette (the default)')
  .option('--for <duration>', 'end by itself after this long, and say what was seen, e.g. 90s', duration)
  .option(
    '--fault <fault@from-to>',
    'switch a fault on, e.g. payment-down@30s or payment-down@30s-60s; repeatable',
    fault,
  )
  .option('--data-dir <folder>', 'where the demo keeps its files; emptied at every start', dataDirDefault)
  .action((_, command: Command) => up(command.optsWithGlobals<UpOptions>()));
program
  .command('break <fault...>')
  .description('switch faults on in the running demo')
  .action((names: string[], _, command: Command) => turn(names, true, command.optsWithGlobals<UpOptions>().firstPort));
program
  .command('mend <fault...>')
  .description('switch faults off in the running demo; all mends everything')
  .action((names: string[], _, command: Command) => turn(names, false, command.optsWithGlobals<UpOptions>().firstPort));
program
  .command('faults')
  .description('list the faults, and which are on')
  .action(async (_, command: Command) => {
    const states = await askControl(portsFrom(command.optsWithGlobals<UpOptions>().firstPort).control, 'GET');
    tellFaults(states ?? faultNames.map((name) => ({ name, ...faults[name], on: false })));
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof VedetteError)) throw error;
  process.stderr.write(`${error.message}\n${error.mend ?? ''}\n`);
  process.exitCode = 2;
}
