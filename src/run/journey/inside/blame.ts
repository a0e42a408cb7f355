/**
 * What lies behind a symptom: a step that waits in vain for an element says nothing of why it did not come. What the
 * network showed meanwhile does: a bot wall, an error page, a dependency whose requests failed. Pure.
 */
import type { Verdict } from '../messages.ts';
import type { DocumentAnswer } from './documents.ts';
import { type Fault, isBad } from './traffic.ts';

const urlCharsMax = 120;

/** What the run had before its eyes when it failed. */
export interface Scene {
  /** How the address of the page in front was answered. */
  readonly document?: DocumentAnswer;
  /** The sign by which a captcha or a bot wall was recognised, in words. */
  readonly wall?: string;
  /** What failed or hung since the failing step began. */
  readonly faults: readonly Fault[];
  /** Name of the system that claims a URL's host. */
  readonly systemOf: (url: string) => string | undefined;
  readonly own: string;
  /** Systems on which the probe or its system says it depends. */
  readonly dependsOn: readonly string[];
}

/** A verdict, and the dependency that is suspected. */
export interface Blame {
  readonly verdict: Verdict;
  readonly suspect?: string;
}

/** Reasons that tell what was missed, not why. */
const symptoms: ReadonlySet<Verdict['reason']> = new Set(['assertion', 'element', 'navigation', 'timeout', 'json']);

/** Judges again, with the scene: the first of wall, error page and dependency that explains the symptom is the reason. */
export function blame(verdict: Verdict, scene: Scene): Blame {
  // What is broken here is no other system's doing.
  if (verdict.outcome !== 'fail') return { verdict };
  const suspect = suspectOf(scene);
  const named = suspect === undefined ? {} : { suspect: suspect.system };
  if (!symptoms.has(verdict.reason) || verdict.firstHand === true) return { verdict, ...named };
  if (scene.wall !== undefined) {
    const message = `${scene.wall}\n${seenByScript(verdict)}`;
    return { verdict: { ...verdict, reason: 'blocked', message }, ...ownerOf(scene) };
  }
  const page = errorPageOf(scene);
  if (page !== undefined) {
    const { status, statusText, url } = page;
    const answer = `the page ${url.slice(0, urlCharsMax)} was answered ${`${status} ${statusText}`.trim()}`;
    const message = `${answer}, expected 2xx\n${seenByScript(verdict)}`;
    return { verdict: { ...verdict, reason: 'status', message }, ...named, ...ownerOf(scene) };
  }
  if (suspect === undefined || !scene.dependsOn.includes(suspect.system)) return { verdict, ...named };
  const message = `${suspect.system} failed meanwhile: ${told(suspect.faults)}\n${seenByScript(verdict)}`;
  return { verdict: { ...verdict, reason: 'dependency', message }, ...named };
}

/** The cause comes first: often only the beginning of a message is seen. */
function seenByScript({ message }: Verdict): string {
  return `seen by the script: ${message}`;
}

/** The system whose page it is, where it is not the probe's own. */
function ownerOf({ document, systemOf, own }: Scene): { readonly suspect?: string } {
  const system = document === undefined ? undefined : systemOf(document.url);
  return system === undefined || system === own ? {} : { suspect: system };
}

/** The page itself is an error; one of a declared dependency is that dependency's request, and judged as such. */
function errorPageOf({ document, systemOf, own, dependsOn }: Scene): DocumentAnswer | undefined {
  if (document === undefined || document.status < 400) return undefined;
  const system = systemOf(document.url);
  return system !== undefined && system !== own && dependsOn.includes(system) ? undefined : document;
}

interface Suspect {
  readonly system: string;
  readonly faults: readonly Fault[];
}

/** The system, other than its own, whose requests failed; those that the probe depends on go first. */
function suspectOf({ faults, systemOf, own, dependsOn }: Scene): Suspect | undefined {
  const bad = Map.groupBy(faults.filter(isBad), ({ url }) => systemOf(url.href));
  const others = [...bad].flatMap(([system, of]) =>
    system === undefined || system === own ? [] : [{ system, faults: of }],
  );
  return others.find(({ system }) => dependsOn.includes(system)) ?? others[0];
}

function told(faults: readonly Fault[]): string {
  const [first] = faults;
  if (first === undefined) return '';
  return `${faultTold(first)}${faults.length === 1 ? '' : `, and ${faults.length - 1} more`}`;
}

/** One request in words: `POST https://pay.example/v1/charges answered 503 after 120 ms`. */
function faultTold({ method, url, status, error, ms, hanging }: Fault): string {
  const asked = `${method} ${url.origin}${url.pathname}`.slice(0, urlCharsMax);
  const took = `${Math.round(ms)} ms`;
  if (hanging) return `${asked} has not answered for ${took}`;
  return status === undefined
    ? `${asked} failed after ${took} (${error})`
    : `${asked} answered ${status} after ${took}`;
}
