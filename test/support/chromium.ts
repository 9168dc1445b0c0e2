import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { requirement } from './required.ts';

/*
 * Chromium as the system has it: no test downloads a browser.
 */

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const folders = (process.env.PATH ?? '').split(delimiter);
const path = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);

/** Whether tests in a browser run here. */
export const inChromium = requirement('chromium', path !== undefined, {
  program: 'Chromium',
  debianPackage: 'chromium',
});

/** Starts a browser; tests in CI run as root, which Chromium's own sandbox does not allow. */
export async function launchChromium(): Promise<Browser> {
  // Wherever its profile is, Chromium also writes to the user's home.
  const home = mkdtempSync(join(tmpdir(), 'chromium-'));
  const { XDG_CONFIG_HOME: _config, XDG_CACHE_HOME: _cache, ...rest } = process.env;
  const browser = await chromium.launch({
    executablePath: path ?? 'chromium',
    args: ['--no-sandbox'],
    env: { ...rest, HOME: home },
  });
  browser.on('disconnected', () => rmSync(home, { recursive: true, force: true }));
  return browser;
}
