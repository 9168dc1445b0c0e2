import { existsSync } from 'node:fs';
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
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: path ?? 'chromium', args: ['--no-sandbox'] });
}
