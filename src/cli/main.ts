/**
 * The command line. A command is a file here and a row in this table.
 */
import { Command, CommanderError } from 'commander';
import { doctorCommand } from './doctor.ts';
import { initCommand } from './init.ts';
import { newCommand } from './new.ts';
import { packageVersion } from './package.ts';
import { reportError } from './report-error.ts';
import { runCommand } from './run.ts';
import { startCommand } from './start.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { validateCommand } from './validate.ts';

const commands: readonly (() => Command)[] = [
  initCommand,
  newCommand,
  validateCommand,
  runCommand,
  startCommand,
  syncCommand,
  statusCommand,
  doctorCommand,
];

const examples = `
Examples:
  vedette init                          a new probe project in this folder
  vedette new journey shop/checkout     a probe from a template
  vedette validate                      check all probes; nothing is run
  vedette run probes/shop --vantage fra run probes now, as that vantage does
  vedette start                         run everything on this machine, on schedule
  vedette sync --dry-run                what publishing the probes would change
  vedette status                        what is in force, and how Vedette is
  vedette doctor                        what is found, what is missing, what to do

Settings come from the environment; vedette doctor lists them.`;

function makeProgram(): Command {
  const program = new Command('vedette')
    .description('Synthetic monitoring that sees what users see')
    .version(packageVersion, '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .showSuggestionAfterError()
    .addHelpText('after', examples)
    .exitOverride();
  for (const make of commands) program.addCommand(make().copyInheritedSettings(program));
  return program;
}

try {
  await makeProgram().parseAsync();
} catch (error) {
  // Commander has printed its own message, help or version.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else process.exitCode = reportError(error);
}
