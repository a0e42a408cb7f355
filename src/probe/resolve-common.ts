/**
 * What the definitions of all kinds have in common: written options → the frozen parts of a probe.
 */
import { formatDuration } from '../base/time.ts';
import { cronGapMs, isTimezone, timezoneMeant } from './cron.ts';
import { INBOX, type Kind, type Probe, type Schedule, SEVERITIES, type Variant } from './definition.ts';
import { everyMsMax, timeoutMsMin } from './limits.ts';
import { optionMend } from './option-mend.ts';
import { isRecord, OptionReader } from './option-reader.ts';
import { type Problem, show } from './problem.ts';
import { resolveId } from './resolve-id.ts';
import type { ScriptAt } from './source/slips.ts';
import { expandVariants } from './variants.ts';
import type { Written } from './written.ts';

/** The names that a landscape gives, as far as it could be read. */
export interface KnownNames {
  readonly systems: readonly string[];
  readonly vantages: readonly string[];
  readonly secrets: readonly string[];
}

/** What a resolver needs to know besides the definition. */
export interface ResolveContext {
  readonly source: Probe['source'];
  /** `undefined` when there is no landscape to compare with; then names are not checked. */
  readonly names: KnownNames | undefined;
  /** Content hash of the file's bundle. */
  readonly bundle: string;
  readonly problems: Problem[];
  /** What is known of a journey's script, where it could be found. */
  readonly script?: ScriptAt | undefined;
  /** Cron expressions seen before in this load, with what came of them. */
  readonly crons: Map<string, ReturnType<typeof cronGapMs>>;
}

/** Turns a written definition into a probe; `undefined` when it has problems. */
export type Resolve = (written: Written, context: ResolveContext) => Probe | undefined;

interface Limits {
  readonly everyMsMin: number;
  readonly timeoutMsMax: number;
  readonly timeoutMsDefault: number;
}

/** Option names of {@link resolveLooking}. */
export const LOOKING = [
  'every',
  'cron',
  'timezone',
  'from',
  'variants',
  'timeout',
  'slow',
  'severity',
  'dependsOn',
  'runbook',
];

/**
 * Opens a definition's options, which must be among `names`. Where they are no object, that is the only problem of it:
 * `undefined`.
 */
export function openOptions(
  kind: Kind,
  written: Written,
  { problems }: ResolveContext,
  names: readonly string[],
): OptionReader | undefined {
  if (isRecord(written.options)) {
    const reader = new OptionReader(written.options, [], problems);
    reader.known(names, (name) => optionMend(kind, name, names));
    return reader;
  }
  const script = kind === 'journey' ? ', async ({ page, step }) => { … }' : '';
  const mend = `write ${kind}('system/name', { every: '5m', … }${script})`;
  problems.push({ path: [], message: `its options are ${show(written.options)}, not an object`, mend });
  return undefined;
}

/** Only a journey has a script. */
export function refuseScript(kind: Kind, { script }: Written, { problems }: ResolveContext): void {
  if (script === 'nothing') return;
  const message = `${kind} takes an id and options, but a third argument is given`;
  const mend = script === 'function' ? `a script needs journey instead of ${kind}` : 'leave it out';
  problems.push({ path: [], at: 'script', message, mend });
}

/** `severity`, `dependsOn`, `runbook`. */
export function resolveFailure(reader: OptionReader, system: string, { names }: ResolveContext) {
  const dependsOn =
    (names === undefined ? reader.list('dependsOn') : reader.namesFrom('dependsOn', names.systems, 'system')) ?? [];
  if (dependsOn.includes(system)) {
    reader.fault('dependsOn', `dependsOn names its own system '${system}'`, 'leave it out: that is understood');
  }
  const runbook = reader.address('runbook');
  return {
    severity: reader.oneOf('severity', SEVERITIES) ?? ('page' as const),
    dependsOn,
    ...(runbook === undefined ? {} : { runbook }),
  };
}

/** All that a probe has which looks at something: id, schedule, vantages, variants, times. */
export function resolveLooking(reader: OptionReader, written: Written, context: ResolveContext, limits: Limits) {
  const { id, system } = resolveId(written, context);
  const { schedule, gapMs } = resolveSchedule(reader, context, limits);
  const times = resolveTimes(reader, gapMs, limits);
  return {
    id,
    system,
    schedule,
    from: resolveFrom(reader, context),
    variants: resolveVariants(reader, context),
    ...times,
    ...resolveFailure(reader, system, context),
    source: context.source,
  };
}

function resolveSchedule(reader: OptionReader, { crons }: ResolveContext, limits: Limits) {
  const none: Schedule = { everyMs: everyMsMax };
  const timezone = reader.text('timezone') ?? 'UTC';
  if (!isTimezone(timezone)) {
    const meant = timezoneMeant(timezone);
    const mend = meant === undefined ? "write an IANA name, such as 'Europe/Berlin'" : `write '${meant}'`;
    reader.fault('timezone', `unknown timezone '${timezone}'`, mend);
    return { schedule: none, gapMs: everyMsMax };
  }
  if (reader.has('cron') && reader.has('every')) {
    reader.fault('cron', 'it has both every and cron', 'keep one of them');
  }
  if (reader.has('cron')) {
    const cron = reader.text('cron');
    if (cron === undefined) return { schedule: none, gapMs: everyMsMax };
    const key = `${timezone} ${cron}`;
    const read = crons.get(key) ?? cronGapMs(cron, timezone);
    crons.set(key, read);
    if ('gapMs' in read) return { schedule: { cron: cron.trim().replace(/\s+/g, ' '), timezone }, gapMs: read.gapMs };
    reader.fault('cron', read.message, read.mend);
    return { schedule: none, gapMs: everyMsMax };
  }
  if (!reader.has('every')) {
    reader.fault('every', 'it says nowhere when it runs', "write every: '1m', or a cron expression");
  }
  const everyMs = reader.duration('every', { min: limits.everyMsMin, max: everyMsMax });
  return everyMs === undefined ? { schedule: none, gapMs: everyMsMax } : { schedule: { everyMs }, gapMs: everyMs };
}

function resolveTimes(reader: OptionReader, gapMs: number, limits: Limits) {
  const given = reader.duration('timeout', { min: timeoutMsMin, max: limits.timeoutMsMax });
  const timeoutMs = given ?? Math.min(limits.timeoutMsDefault, gapMs);
  if (timeoutMs > gapMs) {
    const every = reader.has('cron')
      ? `the ${formatDuration(gapMs)} between two runs of cron '${String(reader.get('cron'))}'`
      : `every ${String(reader.get('every'))}`;
    reader.fault(
      'timeout',
      `timeout ${String(reader.get('timeout'))} is longer than ${every}`,
      'shorten it or run less often',
    );
  }
  const slowMs = reader.duration('slow', { min: 1, max: limits.timeoutMsMax });
  if (slowMs !== undefined && slowMs >= timeoutMs) {
    const message = `slow ${String(reader.get('slow'))} is not below the timeout of ${formatDuration(timeoutMs)}`;
    reader.fault('slow', message, 'lower it: a run as slow as that has timed out');
  }
  return { timeoutMs, ...(slowMs === undefined ? {} : { slowMs }) };
}

function resolveFrom(reader: OptionReader, { names }: ResolveContext): readonly string[] {
  const known = names?.vantages ?? [];
  if (!reader.has('from')) return known;
  if (names === undefined) return reader.list('from') ?? [];
  const list = reader.list('from');
  if (list?.length === 0) {
    return (
      reader.fault('from', 'from is empty, so it would never run', 'name a vantage, or leave from out for all') ?? []
    );
  }
  if (list?.includes(INBOX)) {
    return (
      reader.fault('from', `from names '${INBOX}', which only heartbeats have`, 'name vantages of landscape.ts') ?? []
    );
  }
  return reader.namesFrom('from', known, 'vantage') ?? [];
}

function resolveVariants(reader: OptionReader, { problems }: ResolveContext): readonly Variant[] {
  const { variants, problems: wrong } = expandVariants(reader.get('variants'));
  problems.push(...wrong);
  return variants;
}
