/**
 * What to say of a run whose time is over: what it was waiting for, since when, and whose fault that is.
 */
import { formatDuration } from '../../base/time.ts';
import type { Phase } from '../../result/result.ts';
import type { Course } from './course.ts';
import { nameOf } from './dial.ts';
import { Trouble } from './trouble.ts';
import { proxyOf } from './tunnel.ts';

/** The trouble of a run that has taken `timeoutMs`; through an egress its proxy may be the one that hangs. */
export function lateTrouble(course: Course, timeoutMs: number, egress: string | undefined): Trouble {
  const { phase, where } = course;
  const time = formatDuration(timeoutMs);
  if (egress !== undefined && (phase === 'resolve' || phase === 'connect')) {
    const proxy = nameOf(proxyOf(new URL(egress)));
    return new Trouble('proxy', `the proxy ${proxy} made no connection to ${where} within ${time}`);
  }
  const waited = formatDuration(Math.min(course.phaseMs, timeoutMs));
  return new Trouble('timeout', sayings[phase](course, time, waited));
}

const sayings: Readonly<Record<Phase, (course: Course, time: string, waited: string) => string>> = {
  resolve: ({ where }, time, waited) =>
    `the name of ${where} was not looked up within ${time}: the resolver did not answer for ${waited}`,
  connect: ({ where, attempts }, time, waited) =>
    `no connection to ${where} within ${time}: nothing came back from ${silent(attempts)} for ${waited}`,
  tls: ({ where }, time, waited) =>
    `no end of the TLS handshake with ${where} within ${time}: it was begun ${waited} before`,
  processing: ({ where }, time, waited) =>
    `no answer from ${where} within ${time}: the request was sent ${waited} before, and nothing came`,
  transfer: (course, time, waited) =>
    `no end of the answer from ${course.where} within ${time}: it began ${waited} before, ${progress(course)}`,
};

/** Who was asked and said nothing, and what the others said. */
function silent(attempts: Course['attempts']): string {
  const quiet = [...attempts].filter(([, failure]) => failure === undefined).map(([address]) => address);
  const loud = [...attempts].flatMap(([address, failure]) => (failure === undefined ? [] : [`${address}: ${failure}`]));
  return `${quiet.join(' and ')}${loud.length === 0 ? '' : ` (${loud.join(', ')})`}`;
}

/** Whether the body stopped or still dripped. */
function progress({ body: { bytes, at }, phaseMs }: Course): string {
  if (bytes === 0) return 'and nothing of its body came';
  const ago = performance.now() - at;
  // Whatever the pace: what stopped has been silent for most of the time.
  return ago < phaseMs / 2
    ? `still coming after ${bytes} bytes of its body: a slow drip`
    : `and stopped ${formatDuration(ago)} before, after ${bytes} bytes of its body`;
}
