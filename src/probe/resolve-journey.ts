/**
 * A written journey → a probe.
 */
import { type JourneyProbe, TRACE_SETTINGS, type VitalBudgets } from './definition.ts';
import { journeyToolNames } from './journey.ts';
import { journeyEveryMsMin, journeyTimeoutMsDefault, journeyTimeoutMsMax } from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { suggest } from './problem.ts';
import { LOOKING, openOptions, type Resolve, type ResolveContext, resolveLooking } from './resolve-common.ts';
import type { Written } from './written.ts';

const OPTIONS = [...LOOKING, 'device', 'locale', 'geolocation', 'vitals', 'trace', 'secrets'];
const VITALS = ['lcp', 'fcp', 'cls', 'inp', 'ttfb'] as const;
const limits = {
  everyMsMin: journeyEveryMsMin,
  timeoutMsMax: journeyTimeoutMsMax,
  timeoutMsDefault: journeyTimeoutMsDefault,
};

export const resolveJourney: Resolve = (written, context) => {
  const reader = openOptions(written, context);
  reader.known(OPTIONS);
  const common = resolveLooking(reader, written, context, limits);
  refuseToolNames(reader, common.variants);
  if (written.listed) {
    const mend = `export it by a name of its own: export const checkout = journey('${common.id}', …)`;
    context.problems.push({ path: [], message: `the journey '${common.id}' stands in a list`, mend });
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
  try {
    return Intl.getCanonicalLocales(locale)[0];
  } catch {
    return reader.fault('locale', `'${locale}' is no locale`, "write one such as 'de-DE'");
  }
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

function resolveSecrets(reader: OptionReader, { names }: ResolveContext): readonly string[] {
  const secrets = reader.list('secrets') ?? [];
  if (names === undefined) return secrets;
  for (const name of secrets.filter((one) => !names.secrets.includes(one))) {
    const mend = suggest(name, names.secrets, 'declare it under secrets in landscape.ts');
    reader.fault('secrets', `unknown secret '${name}'`, mend);
  }
  return secrets;
}
