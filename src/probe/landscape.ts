/**
 * `landscape`: all systems, teams and vantages, in one typed object in probes/landscape.ts.
 */
import { define } from './dsl-value.ts';

/** A team that owns systems. */
export interface TeamOptions {
  /** As people call it; its name by default. */
  readonly label?: string;
}

/** Something that can break. */
export interface SystemOptions<Team extends string, System extends string> {
  /** As people call it; its name by default. */
  readonly label?: string;
  /** Name of the team. */
  readonly owner: Team;
  /** Address of what to do when it fails. */
  readonly runbook?: string;
  /** Hosts by which requests are known to be this system's: `pay.example`, `127.0.0.1:4102`, `*.pay.example`. */
  readonly hosts?: readonly string[];
  /** Run by somebody else; `false` by default. */
  readonly external?: boolean;
  /** Systems without which it does not work. */
  readonly dependsOn?: readonly System[];
  /** What people can do meanwhile. */
  readonly workaround?: string;
  /**
   * Sent with every request to this system's hosts, e.g. one that marks synthetic traffic. No secrets. In a journey, a
   * redirect elsewhere carries them on.
   */
  readonly headers?: Readonly<Record<string, string>>;
  /** What we call ourselves to its hosts, where it wants a name of its own choice; `vedette/VERSION …` by default. */
  readonly userAgent?: string;
  /**
   * Whether its hosts get a `traceparent`. By default with all that we ask, but of a page's requests only documents
   * and what it fetches from its own origin; `true`: with every request of a page too; `false`: with none.
   */
  readonly traceparent?: boolean;
}

/** A place from which we look. */
export interface VantageOptions {
  /** As people call it; its name by default. */
  readonly label?: string;
  /** ISO 3166-1 alpha-2, e.g. `DE`. */
  readonly country: string;
  /** The network in which it stands; one that two vantages share counts once. */
  readonly network: string;
  /** Inside the shop's own network; `false` by default. */
  readonly inside?: boolean;
  /** A proxy through which everything leaves: `http://host:port`, `https://host:port` or `socks5://host:port`. */
  readonly egress?: string;
  /**
   * What this vantage can reach whatever the shop does, e.g. `https://www.example.com/`; at most 5 addresses. It is
   * asked when a run fails: where none of them answers, the run is broken, for the vantage is ill.
   */
  readonly control?: string | readonly string[];
}

/** Options of {@link landscape}. */
export interface LandscapeOptions<
  Team extends string,
  System extends string,
  Vantage extends string,
  Secret extends string,
> {
  /** The name under which its plan is published; projects of different names leave one another alone. */
  readonly project: string;
  readonly teams: Readonly<Record<Team, TeamOptions>>;
  readonly systems: Readonly<Record<System, SystemOptions<NoInfer<Team>, NoInfer<System>>>>;
  readonly vantages: Readonly<Record<Vantage, VantageOptions>>;
  /** The secrets that probes may refer to: what each is for. */
  readonly secrets?: Readonly<Record<Secret, string>>;
}

/** What {@link landscape} returns, to be exported as the default. */
export interface LandscapeDefinition<
  Team extends string = string,
  System extends string = string,
  Vantage extends string = string,
  Secret extends string = string,
> {
  readonly vedette: 'landscape';
  readonly options: LandscapeOptions<Team, System, Vantage, Secret>;
}

/**
 * Defines the landscape.
 * @example
 * const shop = landscape({
 *   project: 'shop',
 *   teams: { storefront: { label: 'Storefront' } },
 *   systems: { shop: { owner: 'storefront', hosts: ['shop.example'] } },
 *   vantages: { fra: { country: 'DE', network: 'hetzner' } },
 * });
 * export default shop;
 * declare module 'vedette' { interface Register { landscape: typeof shop } }
 */
export function landscape<
  const Team extends string,
  const System extends string,
  const Vantage extends string,
  const Secret extends string = never,
>(options: LandscapeOptions<Team, System, Vantage, Secret>): LandscapeDefinition<Team, System, Vantage, Secret> {
  return define('landscape', 'landscape', options, {});
}
