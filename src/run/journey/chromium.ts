/**
 * The browser: where it is on this machine, and whether its sandbox can be on.
 */
import { access, constants } from 'node:fs/promises';
import { findProgram } from '../../base/programs.ts';

const macApps = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Path of the Chromium to drive: the configured one, else Playwright's own download, else one of the system's.
 * A configured one that cannot be run is not replaced by another. `undefined` when there is none.
 */
export async function findChromium(configured?: string): Promise<string | undefined> {
  if (configured !== undefined) return (await runnable(configured)) ? configured : undefined;
  // Loaded only here: Playwright costs a third of a second, which a configured path saves.
  const { chromium } = await import('playwright');
  const own = chromium.executablePath();
  if (own !== '' && (await runnable(own))) return own;
  const installed = findProgram('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome');
  if (installed !== undefined) return installed;
  for (const app of macApps) if (await runnable(app)) return app;
  return undefined;
}

export type SandboxSetting = 'auto' | 'on' | 'off';

/** Whether the sandbox is on, and why not. `auto` drops it only for root on Linux, where Chromium refuses to start with it. */
export function sandboxOf(
  setting: SandboxSetting,
): { readonly on: true } | { readonly on: false; readonly why: string } {
  if (setting === 'off') return { on: false, why: 'VEDETTE_SANDBOX is off' };
  const root = process.platform === 'linux' && process.geteuid?.() === 0;
  if (setting === 'auto' && root) return { on: false, why: 'this process is root, as whom Chromium has no sandbox' };
  return { on: true };
}

async function runnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
