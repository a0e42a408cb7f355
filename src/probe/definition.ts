/**
 * What a probe is once it is loaded: frozen, serialisable data, with every default filled in and every
 * duration in milliseconds. The DSL (`http.ts`, `journey.ts`, `heartbeat.ts`) makes it, the plan carries it,
 * the engines read it.
 */

export const KINDS = ['http', 'journey', 'heartbeat'] as const;
/** A kind of probe; one engine each. */
export type Kind = (typeof KINDS)[number];

export const SEVERITIES = ['page', 'ticket', 'info'] as const;
/** How loudly a failure is told. */
export type Severity = (typeof SEVERITIES)[number];

/** When a probe runs: at a fixed interval, or by a cron expression (5 fields) in a time zone (IANA). */
export type Schedule = { readonly everyMs: number } | { readonly cron: string; readonly timezone: string };

/** One set of values of a probe's `variants`; `key` is the values joined by a comma, `''` when there are none. */
export interface Variant {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

interface ProbeBase {
  /** `system/name`, e.g. `shop/checkout`; unique in its project. */
  readonly id: string;
  /** The system it belongs to: the part of the id before its first slash. */
  readonly system: string;
  readonly schedule: Schedule;
  /** Names of the vantages from which it runs; heartbeats run at `inbox` alone. */
  readonly from: readonly string[];
  readonly variants: readonly Variant[];
  /** The longest a run may take, milliseconds. */
  readonly timeoutMs: number;
  /** A passing run longer than this is degraded (`slow`), milliseconds. */
  readonly slowMs?: number;
  readonly severity: Severity;
  /** Names of systems whose failure breaks this probe. */
  readonly dependsOn: readonly string[];
  readonly runbook?: string;
  /** Where it is written: path from the probes folder, and line of the definition. */
  readonly source: { readonly file: string; readonly line: number };
}

/** A regular expression as data; it runs on a linear-time engine. `flags`: any of `i`, `m`, `s`, `u`. */
export interface Pattern {
  readonly pattern: string;
  readonly flags: string;
}

/** What a text (a header, the body) must satisfy; all parts that are given must hold. */
export interface TextMatcher {
  readonly equals?: string;
  readonly contains?: readonly string[];
  readonly matches?: readonly Pattern[];
  /** None of these may hold. */
  readonly not?: { readonly contains?: readonly string[]; readonly matches?: readonly Pattern[] };
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What the value at a JSONPath must satisfy; all parts that are given must hold. */
export interface JsonMatcher {
  readonly equals?: Json;
  readonly not?: Json;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly contains?: Json;
  readonly matches?: Pattern;
  readonly exists?: boolean;
}

export interface HttpExpect {
  /** Any of these: an exact status or a class such as `2xx`. */
  readonly status: readonly (number | `${1 | 2 | 3 | 4 | 5}xx`)[];
  /** By lower-case header name. */
  readonly header: Readonly<Record<string, TextMatcher>>;
  readonly body?: TextMatcher;
  /** By JSONPath (RFC 9535); a path that ends in `.length()` yields the length of the value before it. */
  readonly json: Readonly<Record<string, JsonMatcher>>;
  /** Fewer days than this until the first certificate of the chain expires degrade the run. */
  readonly certificateDays?: number;
}

/**
 * One variant's request. Every string may hold secret references, `{{secret:NAME}}`, which the vantage
 * resolves at the moment of the run; the value is never part of a plan.
 */
export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Already serialised; its `content-type` is among the headers. */
  readonly body?: string;
  readonly auth?:
    | { readonly basic: { readonly username: string; readonly password: string } }
    | { readonly bearer: string };
  /** Paths of PEM files on the vantage. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** The most redirects followed, 0 to 10; 0: the redirect itself is the answer. */
  readonly redirects: number;
  /** The one IP family to use; both, with fallback, when absent. */
  readonly family?: 4 | 6;
  readonly http2: boolean;
  readonly expect: HttpExpect;
}

export interface HttpProbe extends ProbeBase {
  readonly kind: 'http';
  /** The request of each variant, by its key. */
  readonly requests: Readonly<Record<string, HttpRequest>>;
}

/** Web vitals, in milliseconds except `cls`, which has no unit. */
export interface VitalBudgets {
  readonly lcp?: number;
  readonly fcp?: number;
  readonly cls?: number;
  readonly inp?: number;
  readonly ttfb?: number;
}

export const TRACE_SETTINGS = ['always', 'never'] as const;
/** When a Playwright trace is recorded. */
export type TraceSetting = (typeof TRACE_SETTINGS)[number];

export interface JourneyProbe extends ProbeBase {
  readonly kind: 'journey';
  /** Content hash (SHA-256, hex) of the bundle that holds the script. */
  readonly bundle: string;
  /** The name under which the bundle exports it: `default` or a name. */
  readonly export: string;
  /** A device of Playwright's registry, e.g. `iPhone 15`. */
  readonly device?: string;
  readonly locale?: string;
  readonly timezone?: string;
  readonly geolocation?: { readonly latitude: number; readonly longitude: number };
  readonly vitals: VitalBudgets;
  /** Of scheduled runs too, or not even of confirmations; of failing confirmations alone when absent. */
  readonly trace?: TraceSetting;
  /** Names of the secrets that the script may read; nothing else of the environment reaches it. */
  readonly secrets: readonly string[];
}

export interface HeartbeatProbe extends ProbeBase {
  readonly kind: 'heartbeat';
  /** How often the outside system promises to report, milliseconds. `schedule` says how often that is judged. */
  readonly expectEveryMs: number;
  /** How long a report may be late, milliseconds. */
  readonly graceMs: number;
  /** Name of the secret that holds the token with which the outside system reports. */
  readonly token: string;
}

/** A loaded probe. */
export type Probe = HttpProbe | JourneyProbe | HeartbeatProbe;

/** The vantage of heartbeats and of results that outside runners hand in. */
export const INBOX = 'inbox';

/** A team that owns systems. */
export interface Team {
  readonly label: string;
}

/** Something that can break: a part of the shop, or an external system that it depends on. */
export interface System {
  readonly label: string;
  /** Name of the team. */
  readonly owner: string;
  readonly runbook?: string;
  /** Host names (and `host:port`) by which requests are known to be this system's; `*.` at the start matches any subdomain. */
  readonly hosts: readonly string[];
  readonly external: boolean;
  readonly dependsOn: readonly string[];
  /** What people can do meanwhile. */
  readonly workaround?: string;
  /** Headers sent with every request to this system's hosts, e.g. one that marks synthetic traffic; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * `true`: every request to its hosts carries a `traceparent`; `false`: none does. Absent: all do but those that a
   * page makes to an origin other than its own, and those for images, scripts and the like.
   */
  readonly traceparent?: boolean;
}

/** A place from which we look. */
export interface Vantage {
  readonly label: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  /** The network it stands in; quorum counts networks. */
  readonly network: string;
  /** Inside the shop's own network. */
  readonly inside: boolean;
  /** A proxy through which everything leaves: `http://` or `https://` (CONNECT), or `socks5://`. */
  readonly egress?: string;
  /** Addresses (http, https) that it can reach whatever the shop does; where all fail, it is ill. Absent: none is known. */
  readonly control?: readonly string[];
}

/** All systems, teams and vantages, and how systems depend on one another. */
export interface Landscape {
  readonly project: string;
  readonly teams: Readonly<Record<string, Team>>;
  readonly systems: Readonly<Record<string, System>>;
  readonly vantages: Readonly<Record<string, Vantage>>;
  /** Declared secrets: name → what it is for. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A probe's variant, seen from one vantage. */
export interface Check {
  /** `shop/checkout[de]@fra`, or `shop/up@fra` without variants. */
  readonly id: string;
  readonly probe: Probe;
  readonly variant: Variant;
  readonly vantage: string;
}

/** The id of a check. */
export function checkId(probe: string, variant: string, vantage: string): string {
  return variant === '' ? `${probe}@${vantage}` : `${probe}[${variant}]@${vantage}`;
}

/** A probe's checks from one vantage: its variants. */
export function checksFrom(probe: Probe, vantage: string): Check[] {
  return probe.variants.map((variant) => ({ id: checkId(probe.id, variant.key, vantage), probe, variant, vantage }));
}

/** Every check of a probe: variants × vantages. */
export function checksOf(probe: Probe): Check[] {
  return probe.from.flatMap((vantage) => checksFrom(probe, vantage));
}

/**
 * The frozen product probes × variants × vantages of one project. Two plans with the same `version` hold the
 * same checks; `version` is the hash of everything else in it.
 */
export interface Plan {
  readonly format: 1;
  readonly project: string;
  /** Content hash, hex, 16 characters. */
  readonly version: string;
  readonly landscape: Landscape;
  /** Sorted by id. */
  readonly probes: readonly Probe[];
}
