/**
 * What went wrong with a run, so that its cause is seen without opening anything: what was expected and seen, the line
 * of the script, the page, its console, its requests by system, and where the files are.
 */
import { formatDuration } from '../base/time.ts';
import { PHASES, type RequestFault, type Result } from '../result/result.ts';
import { paint } from './paint.ts';

/** Lines of a kind that are shown; the rest is counted. */
const shownMax = 8;

/** The lines below a run's headline; none for one that passed. `files` say where its artifacts are. */
export function detailsOf(result: Result, files: readonly string[]): string[] {
  const { outcome, message, suspect, traceId, cleanupFault, reason } = result;
  if (outcome === 'pass') return files.length === 0 ? [] : indented(files);
  const left = reason === 'cleanup' || cleanupFault === undefined ? [] : [paint.bad(`not cleaned up: ${cleanupFault}`)];
  return indented([
    ...(message === undefined ? [] : message.split('\n')),
    ...left,
    ...(suspect === undefined ? [] : [`suspect: ${paint.strong(suspect)}`]),
    ...source(result),
    ...exchange(result),
    ...page(result),
    ...listed('console', result.consoleErrors ?? []),
    ...requests(result),
    ...files,
    paint.faint(`trace id: ${traceId}`),
  ]);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `      ${line}`);
}

/** The failing line with those around it, as an editor shows them. */
function source({ sourceLine }: Result): string[] {
  if (sourceLine === undefined) return [];
  const { file, line, text, lines = [], from = line } = sourceLine;
  if (lines.length === 0) return [`${file}:${line}  ${text}`];
  const margin = Math.min(...lines.filter((one) => one.trim() !== '').map((one) => one.search(/\S/)));
  const digits = String(from + lines.length - 1).length;
  const numbered = lines.map((one, at) => {
    const shown = `${String(from + at).padStart(digits)} | ${one.slice(margin)}`;
    return from + at === line ? `> ${shown}` : paint.faint(`  ${shown}`);
  });
  return [`${file}:${line}`, ...numbered];
}

/** What an http run saw of its target. */
function exchange({ ip, version, redirects, phases }: Result): string[] {
  const facts = [
    ip === undefined ? undefined : `address ${ip}`,
    version === undefined ? undefined : `HTTP/${version}`,
    redirects === undefined || redirects === 0 ? undefined : `${redirects} redirects`,
    ...PHASES.map((phase) => {
      const seconds = phases?.[phase];
      return seconds === undefined ? undefined : `${phase} ${formatDuration(Math.round(seconds * 1_000))}`;
    }),
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? [] : [`seen: ${facts.join(', ')}`];
}

function page({ finalUrl, title }: Result): string[] {
  if (finalUrl === undefined) return [];
  return [`page: ${finalUrl}${title === undefined ? '' : `  “${title}”`}`];
}

/** What failed or never ended, system by system. */
function requests({ requestFaults = [] }: Result): string[] {
  const bySystem = Map.groupBy(requestFaults, ({ system }) => system);
  return [...bySystem].flatMap(([system, faults]) => listed(`requests to ${system}`, faults.map(told)));
}

function told({ method, url, status, error, durationMs, unfinished }: RequestFault): string {
  const took = formatDuration(durationMs);
  if (unfinished) return `${method} ${url} not answered for ${took}`;
  return `${method} ${url} → ${status ?? error ?? 'failed'} (${took})`;
}

/** A heading and its lines; on one line where there is only one. */
function listed(heading: string, lines: readonly string[]): string[] {
  const [first] = lines;
  if (first === undefined) return [];
  if (lines.length === 1) return [`${heading}: ${first}`];
  const more = lines.length > shownMax ? [`  … and ${lines.length - shownMax} more`] : [];
  return [`${heading}:`, ...lines.slice(0, shownMax).map((line) => `  ${line}`), ...more];
}
