/**
 * From what a run saw to what its child reports: redacted first, then cut; half a secret would not be recognised.
 */
import { messageCharsMax, type RequestFault } from '../../../result/result.ts';
import type { Made, Report, Verdict } from '../messages.ts';
import type { Evidence } from './evidence.ts';
import type { FailedRequest } from './failed-request.ts';

const consoleCharsMax = 300;
const requestFaultsMax = 20;
const urlCharsMax = 300;
const errorCharsMax = 200;

/** What a run saw, raw. */
export interface Seen extends Pick<Report, 'startedAt' | 'durationMs' | 'steps'> {
  readonly vitals: Report['vitals'];
  readonly requests: NonNullable<Report['requests']>;
  readonly sourceLine: Report['sourceLine'];
  readonly verdict: Verdict | undefined;
  readonly step: string | undefined;
  readonly suspect: string | undefined;
  readonly cleanupFault: string | undefined;
  readonly failed: readonly FailedRequest[];
  readonly systemOf: (url: string) => string | undefined;
  readonly console: readonly string[];
  readonly finalUrl: string | undefined;
  readonly evidence: Evidence | undefined;
  readonly trace: Uint8Array | undefined;
}

/** The report. `redact` masks the secrets of the run. */
export function reportOf(seen: Seen, redact: (text: string) => string): Report {
  const { verdict, step, suspect, vitals, requests, finalUrl, sourceLine, cleanupFault, evidence } = seen;
  const faults = verdict === undefined ? [] : seen.failed.map((one) => faultOf(one, seen.systemOf, redact));
  const first = faults.filter(({ system }) => system === suspect);
  const requestFaults = [...first, ...faults.filter((fault) => !first.includes(fault))].slice(0, requestFaultsMax);
  const consoleErrors = seen.console.map((line) => redact(line).slice(0, consoleCharsMax));
  const title = evidence?.title;
  return {
    startedAt: seen.startedAt,
    durationMs: seen.durationMs,
    steps: seen.steps,
    ...(verdict === undefined ? {} : { verdict: { ...verdict, message: cut(redact(verdict.message)) } }),
    ...(verdict === undefined || step === undefined ? {} : { step }),
    ...(suspect === undefined ? {} : { suspect }),
    ...(cleanupFault === undefined ? {} : { cleanupFault: cut(redact(cleanupFault)) }),
    ...(vitals === undefined ? {} : { vitals }),
    ...(Object.keys(requests).length === 0 ? {} : { requests: redactedNames(requests, redact) }),
    ...(requestFaults.length === 0 ? {} : { requestFaults }),
    ...(consoleErrors.length === 0 ? {} : { consoleErrors }),
    ...(finalUrl === undefined ? {} : { finalUrl }),
    ...(title === undefined || title === '' ? {} : { title: redact(title) }),
    ...(sourceLine === undefined ? {} : { sourceLine: redactedLine(sourceLine, redact) }),
    made: madeOf(seen, redact),
  };
}

function madeOf({ evidence, trace }: Seen, redact: (text: string) => string): Made[] {
  const made: Made[] = [];
  if (evidence?.picture !== undefined) made.push({ kind: 'screenshot', ...evidence.picture });
  if (evidence?.html !== undefined) {
    made.push({ kind: 'dom', type: 'text/html', content: Buffer.from(redact(evidence.html)) });
  }
  if (trace !== undefined) made.push({ kind: 'trace', type: 'application/zip', content: trace });
  return made;
}

/** A host that nobody claims may hold a secret. */
function redactedNames(requests: Seen['requests'], redact: (text: string) => string): Seen['requests'] {
  return Object.fromEntries(Object.entries(requests).map(([name, group]) => [redact(name), group]));
}

function faultOf(
  { url, method, status, error, ms, hanging }: FailedRequest,
  systemOf: (url: string) => string | undefined,
  redact: (text: string) => string,
): RequestFault {
  return {
    system: systemOf(url.href) ?? redact(url.host),
    method,
    url: redact(url.href).slice(0, urlCharsMax),
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error: redact(error).slice(0, errorCharsMax) }),
    durationMs: Math.round(ms),
    ...(hanging ? { unfinished: true } : {}),
  };
}

function redactedLine(
  line: NonNullable<Seen['sourceLine']>,
  redact: (text: string) => string,
): NonNullable<Seen['sourceLine']> {
  const around = line.lines === undefined ? {} : { lines: line.lines.map(redact) };
  return { ...line, text: redact(line.text), ...around };
}

function cut(text: string): string {
  return text.slice(0, messageCharsMax);
}
