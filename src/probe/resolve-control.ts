/**
 * A vantage's control targets as they are written → addresses, apart from all that is watched.
 */
import type { Landscape } from './definition.ts';
import { systemsByHost } from './hosts.ts';
import { controlsPerVantageMax } from './limits.ts';
import { OptionReader } from './option-reader.ts';
import { type Problem, show } from './problem.ts';

/** The option `control` of the vantage of this name: one address, or a list. */
export function readControl(reader: OptionReader, vantage: string): readonly string[] | undefined {
  if (!reader.has('control')) return undefined;
  const given = [reader.get('control')].flat();
  if (given.length === 0) return reader.fault('control', 'control is empty', 'name an address, or leave it out');
  if (given.length > controlsPerVantageMax) {
    reader.fault('control', `control holds ${given.length} addresses`, `keep to at most ${controlsPerVantageMax}`);
  }
  return given.flatMap((address) => readAddress(address, reader, vantage) ?? []);
}

function readAddress(address: unknown, reader: OptionReader, vantage: string): string | undefined {
  if (typeof address !== 'string') {
    const message = `${reader.label('control')} is ${show(address)}, not an address`;
    return reader.fault('control', message, "write 'https://www.example.com/', or a list of such");
  }
  // Read as the only one, for the wording of what is wrong with it.
  const problems: Problem[] = [];
  const read = new OptionReader({ control: address }, ['vantages', vantage], problems).address('control');
  for (const { message, mend } of problems) reader.fault('control', message, mend);
  if (read === undefined) return undefined;
  const { username, password } = new URL(read);
  if (username === '' && password === '') return read;
  const message = 'control holds a user or a password, which would be published with the plan';
  return reader.fault('control', message, 'name a target that needs none');
}

/** Refuses control targets that stand or fall with what is watched: they would hide its failures. */
export function refuseWatchedControls({ systems, vantages }: Landscape, reader: OptionReader | undefined): void {
  const systemOf = systemsByHost(Object.entries(systems).map(([name, { hosts }]) => ({ name, hosts })));
  for (const [vantage, { control = [] }] of Object.entries(vantages)) {
    for (const address of control) {
      const url = new URL(address);
      const system = systemOf(url);
      if (system === undefined) continue;
      const message = `the control target ${url.host} of ${vantage} is a host of ${system.name}: ${vantage} would call itself ill whenever ${system.name} is down`;
      reader?.inner(vantage)?.fault('control', message, 'name one that works whatever the shop does');
    }
  }
}
