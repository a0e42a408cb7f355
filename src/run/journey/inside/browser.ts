/**
 * The child's one browser: launched when a page is first needed, then kept.
 */

import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { type Browser, chromium } from 'playwright';
import { asError } from '../../../base/errors.ts';
import type { ChildSettings } from '../messages.ts';
import { killRest } from '../process-tree.ts';

const launchMsMax = 15_000;

const { version } = createRequire(import.meta.url)('vedette/package.json') as { version: string };

/** By this a shop recognises our requests. */
export const userAgentSuffix = `vedette/${version} (+synthetic monitoring)`;

/** The browser could not be started, or no page could be made in it. */
export class BrowserFault extends Error {
  override readonly name = 'BrowserFault';
}

export interface OwnBrowser {
  /** Launches it if it does not run. @throws BrowserFault */
  get(): Promise<{ readonly browser: Browser; readonly userAgent: string }>;
  /** The one that runs now, if any. */
  readonly current: Browser | undefined;
  /** It is being launched: processes that start now are its own. */
  readonly launching: boolean;
}

/** Prepares for a browser, without starting it. */
export function ownBrowser(settings: ChildSettings): OwnBrowser {
  let running: { browser: Browser; userAgent: string } | undefined;
  let launches = 0;
  return {
    get launching() {
      return launches > 0;
    },
    get current() {
      return running?.browser.isConnected() ? running.browser : undefined;
    },
    async get() {
      if (running?.browser.isConnected()) return running;
      launches += 1;
      try {
        running = await launch(settings);
      } finally {
        launches -= 1;
      }
      return running;
    },
  };
}

async function launch(settings: ChildSettings): Promise<{ browser: Browser; userAgent: string }> {
  try {
    const browser = await chromium.launch({
      ...(settings.chromium === undefined ? {} : { executablePath: settings.chromium }),
      chromiumSandbox: settings.sandbox,
      headless: !settings.headed,
      timeout: launchMsMax,
      // This process is ended by its parent, never by a terminal.
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
      args: ['--disable-domain-reliability', '--disable-client-side-phishing-detection', '--no-pings', '--mute-audio'],
    });
    const session = await browser.newBrowserCDPSession();
    const { userAgent } = await session.send('Browser.getVersion');
    await session.detach();
    return { browser, userAgent: `${userAgent} ${userAgentSuffix}` };
  } catch (thrown) {
    const lines = asError(thrown)
      .message.split('\n')
      .map((line) => line.trim());
    const said = lines
      .filter((line) => line !== '')
      .slice(0, 2)
      .join(' ');
    throw new BrowserFault(`the browser did not start: ${said}; run vedette doctor`, { cause: thrown });
  }
}

/** Tells of every process that this one starts, the browser above all, so that the parent can end it. */
export function watchProcesses(tell: (message: { type: 'spawned' | 'gone'; pid: number }) => void): void {
  subscribe('child_process', (message) => {
    const started = (message as { process: ChildProcess }).process;
    // Told of before it is spawned; its pid is there a moment later.
    queueMicrotask(() => {
      const { pid } = started;
      if (pid === undefined) return;
      tell({ type: 'spawned', pid });
      started.once('exit', () => {
        // Where a shell script wraps the browser, the browser outlives it.
        killRest(pid);
        tell({ type: 'gone', pid });
      });
    });
  });
}
