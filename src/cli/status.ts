/**
 * `vedette status`: what is in force, who is at work, how the checks are.
 */
import { Command } from 'commander';
import { readConfig } from '../base/config.ts';
import { formatDuration } from '../base/time.ts';
import { OUTCOMES } from '../result/result.ts';
import { openRedis } from './open-redis.ts';
import { outcomeLook, paint } from './paint.ts';
import { gatherStatus, type Status, type VantageStatus } from './status-facts.ts';
import type { HistoryStatus, Unwell } from './status-history.ts';
import { troublesOf } from './status-troubles.ts';
import { counted } from './validate.ts';

/** Checks that are not well, shown by name. */
const unwellShownMax = 20;

const footer = `
Exits 0 when Vedette is well, 1 when something of it is wrong, 2 when nothing runs or it cannot be asked.
A failing check is shown, and is not Vedette's own trouble.`;

/** `vedette status` */
export function statusCommand(): Command {
  return new Command('status')
    .description('what is in force, and how Vedette is')
    .option('--json', 'print one JSON document')
    .addHelpText('after', footer)
    .action(async ({ json }: { json?: true }) => {
      const config = readConfig();
      using connection = await openRedis(config, 'status');
      const status = await gatherStatus(connection.redis, config);
      const troubles = troublesOf(status);
      if (json) process.stdout.write(`${JSON.stringify({ ok: troubles.length === 0, troubles, ...status })}\n`);
      else process.stdout.write(`${describe(status, troubles).join('\n')}\n`);
      process.exitCode = troubles.length === 0 ? 0 : 1;
    });
}

function describe(status: Status, troubles: readonly string[]): string[] {
  const { project, plan, scheduler, recorder, vantages, history, now } = status;
  const size = `${counted(plan.probes, 'probe')}, ${counted(plan.checks, 'check')}`;
  return [
    `${paint.strong(project)}: plan ${plan.version}, published ${ago(plan.publishedAt, now)}, ${size}`,
    `scheduler: ${scheduler.held ? 'at work' : paint.bad('none')}; recorder: ${recorder === undefined ? paint.bad('none') : `${formatDuration(recorder.behindMs)} behind`}`,
    '',
    ...vantages.map((vantage) => describeVantage(vantage, plan.version, now)),
    '',
    ...(typeof history === 'string' ? [history] : describeHistory(history, now)),
    '',
    ...(troubles.length === 0
      ? [`${paint.good('✓')} Vedette is well`]
      : troubles.map((trouble) => `${paint.bad('✗')} ${trouble}`)),
  ];
}

function describeVantage(one: VantageStatus, version: string, now: number): string {
  const { vantage, checks, processes, heardAt, clockSkewMs, saturation, inForce, queues } = one;
  const idle = checks === 0 ? paint.faint('–') : paint.bad('✗');
  const waiting = Object.values(queues).reduce((total, count) => total + count, 0);
  const parts = [
    counted(checks, 'check'),
    processes > 0 ? `${processes} ${processes === 1 ? 'process' : 'processes'}` : 'nobody there',
    ...(heardAt === undefined ? [] : [`heard ${ago(heardAt, now)}`]),
    ...(inForce === undefined
      ? ['no plan in force']
      : [
          `${inForce.version === version ? 'this plan' : `plan ${inForce.version}`} since ${formatDuration(now - inForce.from)}`,
        ]),
    ...(clockSkewMs === undefined ? [] : [`clock ${clockSkewMs} ms off`]),
    ...(saturation === undefined ? [] : [`${Math.round(saturation * 100)} % busy`]),
    `${counted(waiting, 'job')} waiting`,
  ];
  return `${processes > 0 ? paint.good('✓') : idle} ${paint.strong(vantage.padEnd(10))} ${parts.join(', ')}`;
}

function describeHistory({ now: counts, unwell, lastHour }: HistoryStatus, now: number): string[] {
  const last = [...OUTCOMES, 'overdue', 'waiting'] as const;
  const missed = Object.entries(lastHour.missed).map(([reason, count]) => `${count} ${reason}`);
  const more = unwell.length - unwellShownMax;
  return [
    `checks now:  ${listed(last.map((state) => [counts[state], state]))}`,
    `last hour:   ${listed(OUTCOMES.map((outcome) => [lastHour.outcomes[outcome], outcome]))}${missed.length === 0 ? '' : `; missed: ${missed.join(', ')}`}`,
    ...unwell.slice(0, unwellShownMax).map((one) => describeUnwell(one, now)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** `3 pass, 1 fail`, without the zeros. */
function listed(counts: readonly (readonly [number, string])[]): string {
  return counts.flatMap(([count, name]) => (count === 0 ? [] : [`${count} ${name}`])).join(', ') || 'nothing yet';
}

function describeUnwell({ check, state, reason, at }: Unwell, now: number): string {
  const look = state === 'overdue' ? { sign: '?', paint: paint.ours } : outcomeLook[state];
  const why = reason === undefined ? state : `${state}: ${reason}`;
  return `  ${look.paint(look.sign)} ${check}  ${why}${at === undefined ? '' : paint.faint(`  ${ago(at, now)}`)}`;
}

function ago(at: number, now: number): string {
  return `${formatDuration(Math.max(0, now - at))} ago`;
}
