/**
 * `vedette doctor`: what is found, what is missing, what to do, and every setting in force.
 */
import { Command } from 'commander';
import { readConfig, variables } from '../base/config.ts';
import { type Finding, type Health, machineFindings } from './doctor-findings.ts';
import { paint } from './paint.ts';

/** A setting, as it stands. */
interface Setting {
  readonly env: string;
  readonly value: string | undefined;
  readonly from: 'environment' | 'default' | 'unset';
  readonly help: string;
}

/** `vedette doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what is found, what is missing, what to do')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExits 0 when Vedette can work here, 1 when something is missing.')
    .action(async ({ json }: { json?: true }) => {
      const findings = await machineFindings(readConfig());
      const settings = settingsInForce(process.env);
      const ok = findings.every((finding) => finding.health !== 'bad');
      if (json) process.stdout.write(`${JSON.stringify({ ok, findings, settings })}\n`);
      else process.stdout.write(`${findings.map(describe).join('\n')}\n\n${table(settings)}\n`);
      process.exitCode = ok ? 0 : 1;
    });
}

/** Every setting, with passwords masked. */
export function settingsInForce(env: Readonly<Record<string, string | undefined>>): Setting[] {
  return Object.values(variables).map((variable) => {
    const given = env[variable.env] === '' ? undefined : env[variable.env];
    const value = given ?? variable.fallback;
    const from = given !== undefined ? 'environment' : value === undefined ? 'unset' : 'default';
    const masked = 'secret' in variable && value !== undefined ? masking(value) : value;
    return { env: variable.env, value: masked, from, help: variable.help };
  });
}

/** An address without its user and password; anything else that is secret, hidden whole. */
function masking(value: string): string {
  return URL.canParse(value) ? value.replace(/\/\/[^@/]*@/, '//…@') : '…';
}

const signs: Readonly<Record<Health, string>> = { good: paint.good('✓'), warn: paint.warn('~'), bad: paint.bad('✗') };

function describe({ name, health, text, mend }: Finding): string {
  const line = `${signs[health]} ${paint.strong(name.padEnd(9))} ${text}`;
  return mend === undefined ? line : `${line}\n            ${mend}`;
}

function table(settings: readonly Setting[]): string {
  const width = Math.max(...settings.map(({ env }) => env.length));
  return settings
    .map(
      ({ env, value, from }) =>
        `${env.padEnd(width)}  ${value ?? paint.faint('not set')}${from === 'default' ? paint.faint('  (default)') : ''}`,
    )
    .join('\n');
}
