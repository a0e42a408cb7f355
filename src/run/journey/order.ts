/**
 * What a child is told of a run: only what the script and its surroundings need.
 */
import type { JourneyProbe, System } from '../../probe/definition.ts';
import type { Task } from '../../result/result.ts';
import type { Surroundings } from '../engine.ts';
import type { Order, StageSettings, SystemHosts } from './messages.ts';

/**
 * The journey that a task asks for.
 * @throws TypeError when it asks for another kind: the table of engines is wrong.
 */
export function journeyOf(task: Task): JourneyProbe {
  const { probe } = task.check;
  if (probe.kind === 'journey') return probe;
  throw new TypeError(`the journey engine was given ${probe.id}, which is of kind ${probe.kind}`);
}

/** The order for a run. Of the secrets only those that the probe declared are looked up. */
export function orderOf(
  task: Task,
  probe: JourneyProbe,
  surroundings: Surroundings,
  run: { readonly bundle: string; readonly deadlineAt: number; readonly traceId: string },
): Order {
  const secrets = probe.secrets.flatMap((name) => {
    const value = surroundings.secret(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const systems = Object.entries(surroundings.landscape.systems);
  return {
    ...run,
    export: probe.export,
    source: probe.source.file,
    values: task.check.variant.values,
    stage: stageOf(probe, surroundings),
    timeoutMs: probe.timeoutMs,
    secrets: Object.fromEntries(secrets),
    trace: traceOf(task, probe, surroundings),
    system: probe.system,
    dependsOn: dependencies(probe, surroundings),
    systems: systems.filter(([, system]) => system.hosts.length > 0).map(([name, system]) => systemOf(name, system)),
  };
}

function systemOf(name: string, { hosts, headers, traceparent }: System): SystemHosts {
  return { name, hosts, headers, ...(traceparent === undefined ? {} : { traceparent }) };
}

/** Confirmations are traced unless the probe says never: they run because something failed, so the trace is wanted. */
function traceOf({ cause }: Task, { trace }: JourneyProbe, surroundings: Surroundings): Order['trace'] {
  if (surroundings.trace === true || trace === 'always') return 'always';
  return cause === 'confirmation' && trace !== 'never' ? 'unless-passed' : 'off';
}

/** The probe's own dependencies, then those of its system, then theirs, each once. */
function dependencies({ system, dependsOn }: JourneyProbe, { landscape }: Surroundings): string[] {
  const all = new Set(dependsOn);
  for (const name of landscape.systems[system]?.dependsOn ?? []) all.add(name);
  // A set goes on to what is added while it is gone through.
  for (const name of all) for (const next of landscape.systems[name]?.dependsOn ?? []) all.add(next);
  all.delete(system);
  return [...all];
}

function stageOf(probe: JourneyProbe, { vantage }: Surroundings): StageSettings {
  const { device, locale, timezone, geolocation } = probe;
  return {
    ...(device === undefined ? {} : { device }),
    ...(locale === undefined ? {} : { locale }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(geolocation === undefined ? {} : { geolocation }),
    ...(vantage?.egress === undefined ? {} : { proxy: vantage.egress }),
  };
}
