/**
 * A stage: a fresh browser context and its page, with everything that listens to them. It serves one run; one may be
 * prepared ahead of it, as long as nothing of the run is in it.
 */
import { randomBytes } from 'node:crypto';
import {
  type APIRequestContext,
  type BrowserContext,
  type BrowserContextOptions,
  devices,
  type Page,
  request,
} from 'playwright';
import { asError } from '../../../base/errors.ts';
import type { Order, StageSettings, SystemHosts } from '../messages.ts';
import { BrowserFault, type OwnBrowser, userAgentSuffix } from './browser.ts';
import { Documents } from './documents.ts';
import { tapPage } from './page-tap.ts';
import { Traffic } from './traffic.ts';
import { VitalsSeen } from './vitals.ts';
import { within } from './within.ts';

/** A page that was prepared ahead and does not answer in this time is not used, milliseconds. */
const answerMsMax = 1_000;
const consoleLinesMax = 20;
/** Kept of a line before it is redacted and cut to its final length. */
const consoleCharsMax = 4_000;

/** W3C trace context: sampled, with a new span for each request. */
function traceparentOf(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}

/** What the run that has the stage sends; nothing is known of it before it begins. */
interface Tracing {
  /** `''`: none may be sent there. */
  traceparent?: (url: string) => string;
}

export class Stage {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly key: string;
  readonly traffic = new Traffic();
  readonly documents = new Documents();
  readonly vitals: VitalsSeen;
  /** Errors on the pages' consoles, as they came. */
  readonly errors: string[] = [];
  crashed = false;
  readonly #run: Tracing;

  private constructor(context: BrowserContext, page: Page, key: string, vitals: VitalsSeen, run: Tracing) {
    this.context = context;
    this.page = page;
    this.key = key;
    this.vitals = vitals;
    this.#run = run;
    this.traffic.watch(context);
    this.documents.watch(context);
    context.on('console', (line) => {
      if (line.type() === 'error') this.#note(consoleTold(line.text(), line.location().url));
    });
    context.on('weberror', (fault) => this.#note(String(fault.error())));
    this.#watchPage(page);
    context.on('page', (other) => {
      this.#watchPage(other);
      // A window that the page opens: its first request may be gone before the tap is there.
      tapPage(context, other, vitals, (url) => run.traceparent?.(url)).catch(() => undefined);
    });
  }

  /** @throws BrowserFault */
  static async create(own: OwnBrowser, settings: StageSettings): Promise<Stage> {
    const { browser, userAgent } = await own.get();
    let context: BrowserContext | undefined;
    try {
      context = await browser.newContext(contextOptions(settings, userAgent));
      const page = await context.newPage();
      const vitals = new VitalsSeen();
      const run: Tracing = {};
      await tapPage(context, page, vitals, (url) => run.traceparent?.(url));
      return new Stage(context, page, stageKey(settings), vitals, run);
    } catch (thrown) {
      await context?.close().catch(() => undefined);
      throw new BrowserFault(`the browser made no page: ${asError(thrown).message.split('\n')[0]}`, { cause: thrown });
    }
  }

  get usable(): boolean {
    return !this.crashed && !this.page.isClosed() && this.context.browser()?.isConnected() === true;
  }

  /** Whether its page still answers: a browser may have died while nobody looked, and the news takes a moment. */
  async answers(): Promise<boolean> {
    return this.usable && (await within(answerMsMax, this.page.evaluate('true'))) === true;
  }

  /** From here on it belongs to this run. */
  async begin(order: Order): Promise<void> {
    this.#run.traceparent = (url) => traceFor(order, this.traffic.systemOf(url));
    this.traffic.begin(order.systems);
    this.traffic.wrap(this.context.request, (url, options) => ({
      ...options,
      headers: { ...outgoing(order, this.traffic, url), ...options?.headers },
    }));
    // Only where it is asked for: a route costs every request, and the cache.
    if (order.systems.some(wantsMore)) {
      await this.context.route(
        (url) => wantsMore(this.traffic.systemOf(url.href)),
        (route) => {
          const request = route.request();
          const system = this.traffic.systemOf(request.url());
          const trace = system?.traceparent === true ? { traceparent: traceparentOf(order.traceId) } : {};
          const headers = { ...request.headers(), ...trace, ...system?.headers };
          return route.continue({ headers }).catch(() => undefined);
        },
      );
    }
  }

  #watchPage(page: Page): void {
    page.on('crash', () => {
      this.crashed = true;
    });
  }

  #note(line: string): void {
    if (this.errors.length < consoleLinesMax) this.errors.push(line.slice(0, consoleCharsMax));
  }
}

/** The browser's own complaint of a request does not say which one it was. */
function consoleTold(text: string, url: string): string {
  return text.startsWith('Failed to load resource') && url !== '' ? `${text} ${url}` : text;
}

/** By this two runs know that they can use the same kind of stage. */
export function stageKey(settings: StageSettings): string {
  return JSON.stringify(settings);
}

/** The API client of a journey without a browser; its requests are counted in `traffic`. */
export async function apiClient(order: Order, traffic: Traffic): Promise<APIRequestContext> {
  const { proxy } = order.stage;
  const api = await request.newContext({
    userAgent: userAgentSuffix,
    ...(proxy === undefined ? {} : { proxy: proxyOf(proxy) }),
  });
  traffic.begin(order.systems);
  traffic.wrap(api, (url, options) => ({
    ...options,
    headers: { ...outgoing(order, traffic, url), ...options?.headers },
  }));
  return api;
}

function outgoing(order: Order, traffic: Traffic, url: string): Record<string, string> {
  const system = traffic.systemOf(url);
  const traceparent = traceFor(order, system);
  return { ...(traceparent === '' ? {} : { traceparent }), ...system?.headers };
}

/** `''` where the system wants none. */
function traceFor(order: Order, system: SystemHosts | undefined): string {
  return system?.traceparent === false ? '' : traceparentOf(order.traceId);
}

/** Whether a page's requests to it carry more than the page would send. */
function wantsMore(system: SystemHosts | undefined): boolean {
  return system !== undefined && (system.traceparent === true || Object.keys(system.headers).length > 0);
}

function contextOptions(settings: StageSettings, userAgent: string): BrowserContextOptions {
  const { device, locale, timezone, geolocation, proxy } = settings;
  const emulated = device === undefined ? undefined : devices[device];
  if (device !== undefined && emulated === undefined) throw new Error(`Playwright knows no device "${device}"`);
  return {
    ...emulated,
    userAgent: emulated === undefined ? userAgent : `${emulated.userAgent} ${userAgentSuffix}`,
    ...(locale === undefined ? {} : { locale }),
    ...(timezone === undefined ? {} : { timezoneId: timezone }),
    ...(geolocation === undefined ? {} : { geolocation, permissions: ['geolocation'] }),
    ...(proxy === undefined ? {} : { proxy: proxyOf(proxy) }),
  };
}

function proxyOf(egress: string): { server: string; bypass: string; username?: string; password?: string } {
  const { protocol, host, username, password } = new URL(egress);
  return {
    server: `${protocol}//${host}`,
    // Chromium spares loopback addresses unless told so; what leaves a vantage leaves by its egress, all of it.
    bypass: '<-loopback>',
    ...(username === '' ? {} : { username: decodeURIComponent(username), password: decodeURIComponent(password) }),
  };
}
