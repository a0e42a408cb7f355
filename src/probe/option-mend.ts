/**
 * What to do about an option that there is not: it may be of another kind of probe, of another tool, or misspelt.
 */
import type { Kind } from './definition.ts';
import { suggest } from './problem.ts';

/** What other tools call them. */
const synonyms: Readonly<Record<string, string>> = {
  interval: 'every',
  frequency: 'every',
  period: 'every',
  schedule: 'cron',
  locations: 'from',
  regions: 'from',
  vantages: 'from',
  depends: 'dependsOn',
  dependencies: 'dependsOn',
  priority: 'severity',
  assertions: 'expect',
  maxRedirects: 'redirects',
  followRedirects: 'redirects',
  tz: 'timezone',
  budgets: 'vitals',
};

const ofRequest = 'url method headers query json form body auth tls redirects family http2 expect'.split(' ');
const ofBrowser = 'device locale geolocation vitals trace'.split(' ');

/** Why a kind has not what another has. */
const elsewhere: Readonly<Record<Kind, readonly (readonly [names: readonly string[], why: string])[]>> = {
  http: [
    [ofBrowser, 'only a journey has it: leave it out, or write a journey'],
    [['secrets'], "only a journey has it: write secret('NAME') where its value is to stand"],
    [['grace', 'token'], 'only a heartbeat has it: leave it out'],
  ],
  journey: [
    [ofRequest, 'only an http probe has it: say it in the script, with page.goto(…), request.get(…) and expect(…)'],
    [['grace', 'token'], 'only a heartbeat has it: leave it out'],
  ],
  heartbeat: [
    [ofRequest, 'a heartbeat looks at nothing, it waits to be told: leave it out, or write an http probe'],
    [
      ['from', 'timeout', 'slow', 'variants', ...ofBrowser],
      'a heartbeat looks at nothing, it waits to be told: leave it out',
    ],
    [['cron', 'timezone'], "write how often a report is promised: every: '24h'"],
  ],
};

const everywhere: readonly (readonly [names: readonly string[], why: string])[] = [
  [['retries', 'retry'], 'leave it out: what fails is looked at again at once, from here and from elsewhere'],
  [['owner', 'team'], "leave it out: it is the system's owner in landscape.ts that is told"],
  [['status', 'statusCode'], 'write it under expect: { status: 200 }'],
];

/** What to do about an option of a kind, which has `names`. */
export function optionMend(kind: Kind, name: string, names: readonly string[]): string {
  const meant = synonyms[name];
  if (meant !== undefined && names.includes(meant)) return `it is called ${meant} here`;
  const why = [...elsewhere[kind], ...everywhere].find(([those]) => those.includes(name))?.[1];
  return why ?? suggest(name, names, 'remove it');
}
