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
    system: probe.system,
    dependsOn: probe.dependsOn,
    systems: systems.filter(([, system]) => system.hosts.length > 0).map(([name, system]) => systemOf(name, system)),
  };
}

function systemOf(name: string, { hosts, headers, traceparent }: System): SystemHosts {
  return { name, hosts, headers, ...(traceparent === undefined ? {} : { traceparent }) };
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
