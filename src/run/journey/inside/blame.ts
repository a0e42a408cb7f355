/**
 * What lies behind a symptom: a step that waits in vain for an element says nothing of why it did not come. What the
 * network showed meanwhile does: an egress that fails, a bot wall, an error page, a page that hangs, a dependency whose
 * requests failed. Pure.
 */
import type { Verdict } from '../messages.ts';
import type { DocumentAnswer } from './documents.ts';
import { type FailedRequest, failedTold, isBad } from './failed-request.ts';

const urlCharsMax = 120;

/** What the run had before its eyes when it ended. */
export interface Scene {
  /** How the address of the page was answered that is shown. */
  readonly document?: DocumentAnswer;
  /** The sign by which a captcha or a bot wall was recognised, in words. */
  readonly wall?: string;
  /** What failed or hangs since the failing step began. */
  readonly failed: readonly FailedRequest[];
  /** The address that the script itself asked in vain, where the verdict is first-hand. */
  readonly asked?: string;
  /** Something was answered over https since the failing step began: a tunnel through the egress stands. */
  readonly tunnelStands: boolean;
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

/** Judges again, with the scene: the first of its parts that explains the symptom is the reason. */
export function blame(verdict: Verdict, scene: Scene): Blame {
  // What is broken here is no other system's doing.
  if (verdict.outcome !== 'fail') return { verdict };
  if (verdict.firstHand === true) return { verdict, ...otherSystemOf(scene, scene.asked) };
  if (!symptoms.has(verdict.reason)) return { verdict };
  return (
    ofEgress(verdict, scene) ?? ofWall(verdict, scene) ?? ofErrorPage(verdict, scene) ?? ofRequests(verdict, scene)
  );
}

/**
 * Judges a run that passed: a script that never looks at what it opened would call an error page or a bot wall green.
 * An answer of 400 to 499 may be what it came for.
 */
export function doubtPass(scene: Pick<Scene, 'document' | 'wall' | 'systemOf' | 'own'>): Blame | undefined {
  const { document, wall } = scene;
  const suspect = otherSystemOf(scene, document?.url);
  if (wall !== undefined) {
    return { verdict: { outcome: 'fail', reason: 'blocked', message: `${wall}; the script did not look` }, ...suspect };
  }
  if (document === undefined || document.status < 500) return undefined;
  const message = `${answerTold(document)}; the script did not look`;
  return { verdict: { outcome: 'fail', reason: 'status', message }, ...suspect };
}

/** The browser's words for an egress that is not there, and for one that made no way to the target. */
const egressGone = /net::ERR_(PROXY_CONNECTION_FAILED|SOCKS_CONNECTION_FAILED|MANDATORY_PROXY|NO_SUPPORTED_PROXIES)/;
const noTunnel = /net::ERR_TUNNEL_CONNECTION_FAILED/;
const noNetwork = /net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED|NETWORK_IO_SUSPENDED)/;

function ofEgress(verdict: Verdict, { failed, tunnelStands }: Scene): Blame | undefined {
  const first = (pattern: RegExp) => failed.find(({ error }) => error !== undefined && pattern.test(error));
  const cut = first(noNetwork);
  const gone = cut ?? first(egressGone) ?? (tunnelStands ? undefined : first(noTunnel));
  if (gone === undefined) return undefined;
  const message = `the vantage's own way out fails: ${failedTold(gone)}\n${seenByScript(verdict)}`;
  return { verdict: { outcome: 'broken', reason: cut === undefined ? 'proxy' : 'vantage', message } };
}

function ofWall(verdict: Verdict, scene: Scene): Blame | undefined {
  if (scene.wall === undefined) return undefined;
  const message = `${scene.wall}\n${seenByScript(verdict)}`;
  return { verdict: { ...verdict, reason: 'blocked', message }, ...otherSystemOf(scene, scene.document?.url) };
}

function ofErrorPage(verdict: Verdict, scene: Scene): Blame | undefined {
  const { document, systemOf, dependsOn } = scene;
  if (document === undefined || document.status < 400) return undefined;
  // It was on its way elsewhere, and did not get there.
  if (scene.failed.some((one) => one.page && isBad(one) && one.url.href !== document.url)) return undefined;
  const system = systemOf(document.url);
  const reason = system !== undefined && dependsOn.includes(system) ? 'dependency' : 'status';
  const message = `${answerTold(document)}, expected 2xx\n${seenByScript(verdict)}`;
  // What stands behind an error page of its own may be a dependency that failed just then.
  const suspect = otherSystemOf(scene, document.url);
  return { verdict: { ...verdict, reason, message }, ...(suspect.suspect === undefined ? suspectOf(scene) : suspect) };
}

/** The page that does not come, or the dependency that fails; requests of its own system only explain the symptom. */
function ofRequests(verdict: Verdict, scene: Scene): Blame {
  const { own, systemOf } = scene;
  const bad = Map.groupBy(scene.failed.filter(isBad), ({ url }) => systemOf(url.href));
  const ofOwn = bad.get(own) ?? [];
  const { suspect } = suspectOf(scene);
  const ofSuspect = suspect === undefined ? [] : (bad.get(suspect) ?? []);
  const told = [...toldOf(own, ofOwn), ...toldOf(suspect ?? '', ofSuspect)];
  if (told.length === 0) return ofPage(verdict, scene) ?? { verdict };
  const message = [...told, seenByScript(verdict)].join('\n');
  const named = suspect === undefined ? {} : { suspect };
  if (ofOwn.length === 0) return { verdict: { ...verdict, reason: 'dependency', message }, ...named };
  const reason = ofOwn.some(({ page }) => page) ? reasonOfPage(verdict) : verdict.reason;
  return { verdict: { ...verdict, reason, message }, ...named };
}

/** A run whose time was over while a page was waited for stays a timeout. */
function reasonOfPage({ reason }: Verdict): Verdict['reason'] {
  return reason === 'timeout' ? reason : 'navigation';
}

/** A page of a host that nobody claims, or of a system on which nobody says to depend. */
function ofPage(verdict: Verdict, scene: Scene): Blame | undefined {
  const page = scene.failed.filter(isBad).find((one) => one.page);
  if (page === undefined) return undefined;
  const message = `the page did not come: ${failedTold(page)}\n${seenByScript(verdict)}`;
  return { verdict: { ...verdict, reason: reasonOfPage(verdict), message }, ...otherSystemOf(scene, page.url.href) };
}

/** The first declared dependency with a request that failed. */
function suspectOf({ failed, systemOf, own, dependsOn }: Scene): { readonly suspect?: string } {
  const names = failed.filter(isBad).map(({ url }) => systemOf(url.href));
  const suspect = names.find((name) => name !== undefined && name !== own && dependsOn.includes(name));
  return suspect === undefined ? {} : { suspect };
}

/** The system of an address, where it is not the probe's own. */
function otherSystemOf(
  { systemOf, own }: Pick<Scene, 'systemOf' | 'own'>,
  url: string | undefined,
): { readonly suspect?: string } {
  const system = url === undefined ? undefined : systemOf(url);
  return system === undefined || system === own ? {} : { suspect: system };
}

function toldOf(system: string, failed: readonly FailedRequest[]): string[] {
  const [first] = failed;
  if (first === undefined) return [];
  return [
    `${system} failed meanwhile: ${failedTold(first)}${failed.length === 1 ? '' : `, and ${failed.length - 1} more`}`,
  ];
}

function answerTold({ url, status, statusText }: DocumentAnswer): string {
  return `the page ${url.slice(0, urlCharsMax)} was answered ${`${status} ${statusText}`.trim()}`;
}

/** The cause comes first: often only the beginning of a message is seen. */
function seenByScript({ message }: Verdict): string {
  return `seen by the script: ${message}`;
}
