/**
 * A written journey → a probe.
 */
import { type JourneyProbe, TRACE_SETTINGS, type VitalBudgets } from './definition.ts';
import { journeyToolNames } from './journey.ts';
import { journeyEveryMsMin, journeyTimeoutMsDefault, journeyTimeoutMsMax } from './limits.ts';
import { canonicalLocale, localeMeant } from './locale.ts';
import type { OptionReader } from './option-reader.ts';
import { nearest, type Problem, suggest } from './problem.ts';
import { LOOKING, openOptions, type Resolve, type ResolveContext, resolveLooking } from './resolve-common.ts';
import type { NamedAt } from './source/slips.ts';
import type { Written } from './written.ts';

const OPTIONS = [...LOOKING, 'device', 'locale', 'geolocation', 'vitals', 'trace', 'secrets'];
const VITALS = ['lcp', 'fcp', 'cls', 'inp', 'ttfb'] as const;
const limits = {
  everyMsMin: journeyEveryMsMin,
  timeoutMsMax: journeyTimeoutMsMax,
  timeoutMsDefault: journeyTimeoutMsDefault,
};

export const resolveJourney: Resolve = (written, context) => {
  const reader = openOptions('journey', written, context, OPTIONS);
  if (reader === undefined) return undefined;
  if (written.script !== 'function') context.problems.push(noScript(written));
  const common = resolveLooking(reader, written, context, limits);
  refuseUnknownArguments(common.variants, context);
  refuseToolNames(reader, common.variants);
  if (written.listed) {
    const mend = "export each by a name of its own: export const checkout = journey('shop/checkout', …)";
    context.problems.push({ path: [], message: 'a journey stands in a list, where no vantage finds it', mend });
  }
  const device = resolveDevice(reader, written);
  const locale = resolveLocale(reader);
  const timezone = reader.text('timezone');
  const geolocation = resolveGeolocation(reader);
  const trace = reader.oneOf('trace', TRACE_SETTINGS);
  const probe: JourneyProbe = {
    ...common,
    kind: 'journey',
    bundle: context.bundle,
    export: written.export ?? 'default',
    ...(device === undefined ? {} : { device }),
    ...(locale === undefined ? {} : { locale }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(geolocation === undefined ? {} : { geolocation }),
    vitals: resolveVitals(reader),
    ...(trace === undefined ? {} : { trace }),
    secrets: resolveSecrets(reader, context),
  };
  return context.problems.length === 0 ? probe : undefined;
};

function noScript({ script }: Written): Problem {
  const message = script === 'nothing' ? 'it has no script, so it would look at nothing' : 'its script is no function';
  return { path: [], message, mend: 'write it as the third argument: async ({ page, step }) => { … }' };
}

/** What a script takes and is not given is `undefined` in it. */
function refuseUnknownArguments(variants: JourneyProbe['variants'], { script, problems }: ResolveContext): void {
  // Variants at fault have no names to compare with.
  if (variants.length === 0) return;
  const given = [...journeyToolNames, ...Object.keys(variants[0]?.values ?? {})];
  for (const { name, ...at } of firstOfEach(script?.takes)) {
    if (given.includes(name)) continue;
    const message = `the script takes ${name}, which is neither a tool nor one of its variants`;
    const mend = takenElsewhere[name] ?? suggest(name, given, 'take one that there is');
    problems.push({ path: [], at, message, mend });
  }
}

/** A name that stands in many places is told at the first. */
function firstOfEach(named: readonly NamedAt[] = []): NamedAt[] {
  return [...new Map(named.toReversed().map((one) => [one.name, one])).values()].reverse();
}

/** What Playwright's own tests are given, or what people look for among the arguments. */
const takenElsewhere: Readonly<Record<string, string>> = {
  expect: "import it: import { expect, journey } from 'vedette'",
  browser: 'use page, or context.newPage() for another one',
  browserName: 'leave it out: it is always Chromium',
  baseURL: 'write the address out, or import it from a file that probes share',
};

function refuseToolNames(reader: OptionReader, variants: JourneyProbe['variants']): void {
  const inner = Object.keys(variants[0]?.values ?? {});
  for (const name of inner.filter((axis) => journeyToolNames.some((tool) => tool === axis))) {
    reader
      .inner('variants')
      ?.fault(name, `variants.${name} hides what a script is given as ${name}`, 'call it something else');
  }
}

function resolveDevice(reader: OptionReader, written: Written): string | undefined {
  const device = reader.text('device');
  if (device === undefined || written.devices === undefined) return device;
  const mend = suggest(device, written.devices, 'use a name of Playwright');
  return reader.fault('device', `unknown device '${device}'`, mend);
}

function resolveLocale(reader: OptionReader): string | undefined {
  const locale = reader.text('locale');
  if (locale === undefined) return undefined;
  const canonical = canonicalLocale(locale);
  if (canonical !== undefined) return canonical;
  const meant = localeMeant(locale);
  const mend = meant === undefined ? "write one such as 'de-DE'" : `write '${meant}'`;
  return reader.fault('locale', `'${locale}' is no locale`, mend);
}

function resolveGeolocation(reader: OptionReader): JourneyProbe['geolocation'] {
  const inner = reader.inner('geolocation');
  if (inner === undefined) return undefined;
  inner.known(['latitude', 'longitude']);
  for (const name of ['latitude', 'longitude']) {
    if (!inner.has(name)) inner.fault(name, `geolocation.${name} is missing`, 'write both, in degrees');
  }
  const latitude = inner.number('latitude', { min: -90, max: 90 });
  const longitude = inner.number('longitude', { min: -180, max: 180 });
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude };
}

function resolveVitals(reader: OptionReader): VitalBudgets {
  const inner = reader.inner('vitals');
  inner?.known(VITALS);
  const budgets = VITALS.map((name) => {
    const budget =
      name === 'cls'
        ? inner?.number(name, { min: 0, max: 10 })
        : inner?.duration(name, { min: 1, max: journeyTimeoutMsMax });
    return [name, budget] as const;
  });
  return Object.fromEntries(budgets.filter(([, budget]) => budget !== undefined));
}

function resolveSecrets(reader: OptionReader, { names, script, problems }: ResolveContext): readonly string[] {
  const listed = reader.list('secrets');
  const secrets = listed ?? [];
  const unknown = names === undefined ? [] : secrets.filter((one) => !names.secrets.includes(one));
  for (const name of unknown) {
    const mend = suggest(name, names?.secrets ?? [], 'declare it under secrets in landscape.ts');
    reader.fault('secrets', `unknown secret '${name}'`, mend);
  }
  // One that is misspelt there is also not what the script asks for.
  if (unknown.length > 0 || (reader.has('secrets') && listed === undefined)) return secrets;
  for (const { name, ...at } of firstOfEach(script?.secrets)) {
    if (secrets.includes(name)) continue;
    const message = `the script asks for the secret ${name}, which its options do not name`;
    problems.push({ path: [], at, message, mend: secretMend(name, secrets) });
  }
  return secrets;
}

function secretMend(name: string, secrets: readonly string[]): string {
  const near = nearest(name, secrets);
  const all = [...secrets, name].map((one) => `'${one}'`).join(', ');
  return near === undefined ? `write secrets: [${all}]` : `did you mean ${near}? else write secrets: [${all}]`;
}
