/**
 * A written heartbeat → a probe.
 */
import { type HeartbeatProbe, INBOX } from './definition.ts';
import { heartbeatTokenName } from './heartbeat.ts';
import {
  everyMsMax,
  everyMsMin,
  graceMsMax,
  heartbeatJudgedMsMax,
  heartbeatJudgedMsMin,
  heartbeatTimeoutMs,
} from './limits.ts';
import type { OptionReader } from './option-reader.ts';
import { show, suggest } from './problem.ts';
import { openOptions, type Resolve, type ResolveContext, refuseScript, resolveFailure } from './resolve-common.ts';
import { resolveId } from './resolve-id.ts';
import { placeholdersIn } from './secret.ts';

const OPTIONS = ['every', 'grace', 'token', 'severity', 'dependsOn', 'runbook'];

const missing = {
  every: "say how often a report is promised: every: '24h'",
  grace: "say how late a report may be: grace: '30m'",
};

export const resolveHeartbeat: Resolve = (written, context) => {
  const reader = openOptions('heartbeat', written, context, OPTIONS);
  if (reader === undefined) return undefined;
  refuseScript('heartbeat', written, context);
  const { id, system } = resolveId(written, context);
  for (const name of ['every', 'grace'] as const) {
    if (!reader.has(name)) reader.fault(name, `${name} is missing`, missing[name]);
  }
  const expectEveryMs = reader.duration('every', { min: everyMsMin, max: everyMsMax }) ?? everyMsMax;
  const probe: HeartbeatProbe = {
    kind: 'heartbeat',
    id,
    system,
    schedule: {
      everyMs: Math.min(heartbeatJudgedMsMax, Math.max(heartbeatJudgedMsMin, Math.round(expectEveryMs / 2))),
    },
    from: [INBOX],
    variants: [{ key: '', values: {} }],
    timeoutMs: heartbeatTimeoutMs,
    ...resolveFailure(reader, system, context),
    source: context.source,
    expectEveryMs,
    graceMs: reader.duration('grace', { min: 0, max: graceMsMax }) ?? 0,
    token: resolveToken(reader, id, context),
  };
  return context.problems.length === 0 ? probe : undefined;
};

function resolveToken(reader: OptionReader, id: string, { names }: ResolveContext): string {
  const value = reader.get('token');
  const derived = heartbeatTokenName(id);
  if (value === undefined) return derived;
  const name = typeof value === 'string' ? placeholdersIn(value)[0] : undefined;
  if (name === undefined || value !== `{{secret:${name}}}`) {
    const shown = typeof value === 'string' ? 'a text that anybody can read' : show(value);
    reader.fault('token', `token is ${shown}`, `write token: secret('NAME'), or leave it out for ${derived}`);
  } else if (names !== undefined && name !== derived && !names.secrets.includes(name)) {
    const mend = suggest(name, names.secrets, 'declare it under secrets in landscape.ts');
    reader.fault('token', `unknown secret '${name}'`, mend);
  }
  return name ?? derived;
}
