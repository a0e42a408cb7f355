/**
 * A written landscape → frozen data, and the names that it gives.
 */
import type { Landscape, System, Team, Vantage } from './definition.ts';
import { INBOX } from './definition.ts';
import { nameCharsMax, secretsMax, systemsMax, teamsMax, vantagesMax } from './limits.ts';
import { isRecord, OptionReader } from './option-reader.ts';
import { type Problem, show } from './problem.ts';
import type { KnownNames } from './resolve-common.ts';
import { readControl, refuseWatchedControls } from './resolve-control.ts';
import { readSystemHeaders } from './resolve-headers.ts';
import { SECRET_NAME } from './secret.ts';
import type { Written } from './written.ts';

const NAME = /^[a-z0-9][a-z0-9-]*$/;
const HOST =
  /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Reads the landscape. Its names are known even where something else in it is wrong. */
export function resolveLandscape(
  written: Written,
  problems: Problem[],
): { landscape: Landscape | undefined; names: KnownNames } {
  const reader = new OptionReader(isRecord(written.options) ? written.options : {}, [], problems);
  reader.known(['project', 'teams', 'systems', 'vantages', 'secrets']);
  const named = {
    teams: open(reader, 'teams', teamsMax),
    systems: open(reader, 'systems', systemsMax),
    vantages: open(reader, 'vantages', vantagesMax),
  };
  const secrets = resolveSecrets(reader);
  const names = {
    systems: named.systems?.keys() ?? [],
    vantages: (named.vantages?.keys() ?? []).filter((name) => name !== INBOX),
    secrets: Object.keys(secrets),
  };
  const teams = named.teams?.keys() ?? [];
  const landscape: Landscape = {
    project: resolveProject(reader),
    teams: each(named.teams, resolveTeam),
    systems: each(named.systems, (inner, name) => resolveSystem(inner, name, teams, names.systems)),
    vantages: each(named.vantages, resolveVantage),
    secrets,
  };
  refuseSharedHosts(landscape.systems, named.systems);
  refuseCycles(landscape.systems, named.systems);
  refuseWatchedControls(landscape, named.vantages);
  return { landscape: problems.length === 0 ? landscape : undefined, names };
}

function resolveProject(reader: OptionReader): string {
  const project = reader.needed('project', "write project: 'shop', the name under which its plan is published") ?? '';
  if (project !== '' && !isName(project)) reader.fault('project', `project '${project}' is no name`, nameMend);
  return project;
}

const nameMend = `use at most ${nameCharsMax} of a-z, 0-9 and '-'`;

function isName(name: string): boolean {
  return NAME.test(name) && name.length <= nameCharsMax;
}

/** Opens a record of named things and checks their names and number. */
function open(reader: OptionReader, what: string, max: number): OptionReader | undefined {
  if (!reader.has(what)) return reader.fault(what, `${what} is missing`, `write ${what}: { name: { … } }`);
  const inner = reader.inner(what);
  const names = inner?.keys() ?? [];
  if (inner !== undefined && names.length === 0) reader.fault(what, `${what} is empty`, 'add one at least');
  if (names.length > max) reader.fault(what, `${what} holds ${names.length}`, `keep to at most ${max}`);
  for (const name of names) {
    if (!isName(name)) inner?.fault(name, `'${name}' is no name in ${what}`, nameMend);
    if (what === 'vantages' && name === INBOX) {
      inner?.fault(name, `a vantage cannot be called '${INBOX}'`, 'rename it: that is where heartbeats arrive');
    }
  }
  return inner;
}

function each<T>(
  things: OptionReader | undefined,
  resolve: (inner: OptionReader, name: string) => T,
): Readonly<Record<string, T>> {
  const entries = (things?.keys() ?? []).map((name) => {
    const inner = things?.inner(name);
    return inner === undefined ? [] : [[name, resolve(inner, name)] as const];
  });
  return Object.fromEntries(entries.flat());
}

function resolveTeam(reader: OptionReader, name: string): Team {
  reader.known(['label']);
  return { label: reader.text('label') ?? name };
}

function resolveSystem(
  reader: OptionReader,
  name: string,
  teams: readonly string[],
  systems: readonly string[],
): System {
  const told = ['label', 'owner', 'runbook', 'hosts', 'external', 'dependsOn', 'workaround'];
  reader.known([...told, 'headers', 'userAgent', 'traceparent']);
  const owner = reader.needed('owner', 'name the team that mends it') ?? '';
  if (owner !== '' && !teams.includes(owner)) {
    // Read as a list of one, for its wording and its suggestion.
    const problems: Problem[] = [];
    new OptionReader({ owner: [owner] }, [], problems).namesFrom('owner', teams, 'team');
    for (const { mend } of problems) reader.fault('owner', `unknown team '${owner}' as owner of ${name}`, mend);
  }
  const hosts = (reader.list('hosts') ?? []).map((host) => host.toLowerCase());
  for (const host of hosts.filter((one) => !HOST.test(one))) {
    const mend = "write it without scheme and path: 'pay.example', '*.pay.example' or '127.0.0.1:4102'";
    reader.fault('hosts', `'${host}' is no host`, mend);
  }
  const runbook = reader.address('runbook');
  const workaround = reader.text('workaround');
  const traceparent = reader.flag('traceparent');
  return {
    label: reader.text('label') ?? name,
    owner,
    ...(runbook === undefined ? {} : { runbook }),
    hosts,
    external: reader.flag('external') ?? false,
    dependsOn: reader.namesFrom('dependsOn', systems, 'system') ?? [],
    ...(workaround === undefined ? {} : { workaround }),
    headers: readSystemHeaders(reader),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function resolveVantage(reader: OptionReader, name: string): Vantage {
  reader.known(['label', 'country', 'network', 'inside', 'egress', 'control']);
  const country = reader.needed('country', "write its two letters, such as 'DE'") ?? '';
  if (country !== '' && !/^[A-Z]{2}$/.test(country)) {
    reader.fault(
      'country',
      `country '${country}' is no country code`,
      "write two capital letters (ISO 3166-1), such as 'DE'",
    );
  }
  const egress = reader.address('egress', ['http:', 'https:', 'socks5:']);
  if (egress !== undefined && new URL(egress).password !== '') {
    reader.fault(
      'egress',
      'egress holds a password, which would be published with the plan',
      'use a proxy that needs none',
    );
  }
  const control = readControl(reader, name);
  return {
    label: reader.text('label') ?? name,
    country,
    network: reader.needed('network', 'name the network in which it stands: quorum counts networks') ?? '',
    inside: reader.flag('inside') ?? false,
    ...(egress === undefined ? {} : { egress }),
    ...(control === undefined ? {} : { control }),
  };
}

function resolveSecrets(reader: OptionReader): Readonly<Record<string, string>> {
  const inner = reader.inner('secrets');
  const names = inner?.keys() ?? [];
  if (names.length > secretsMax)
    reader.fault('secrets', `secrets holds ${names.length}`, `keep to at most ${secretsMax}`);
  for (const name of names.filter((one) => !SECRET_NAME.test(one))) {
    inner?.fault(name, `'${name}' is no name of a secret`, 'use capital letters, digits and _, such as SHOP_PASSWORD');
  }
  return Object.fromEntries(names.map((name) => [name, inner?.text(name) ?? '']));
}

function refuseSharedHosts(systems: Landscape['systems'], reader: OptionReader | undefined): void {
  const owners = new Map<string, string>();
  for (const [name, { hosts }] of Object.entries(systems)) {
    for (const host of hosts) {
      const other = owners.get(host);
      if (other !== undefined) {
        const message = `${show(host)} is claimed by ${other} and by ${name}`;
        reader?.inner(name)?.fault('hosts', message, 'leave it to one of them');
      }
      owners.set(host, name);
    }
  }
}

/** Each circle of `dependsOn` is told once, at the system that closes it. */
function refuseCycles(systems: Landscape['systems'], reader: OptionReader | undefined): void {
  const done = new Set<string>();
  const visit = (name: string, above: readonly string[]): void => {
    if (above.includes(name)) {
      const circle = [...above.slice(above.indexOf(name)), name].join(' → ');
      const message = `systems depend on one another in a circle: ${circle}`;
      reader?.inner(above.at(-1) ?? name)?.fault('dependsOn', message, 'take one of these out');
      return;
    }
    if (done.has(name)) return;
    for (const next of systems[name]?.dependsOn ?? []) visit(next, [...above, name]);
    done.add(name);
  };
  for (const name of Object.keys(systems)) visit(name, []);
}
