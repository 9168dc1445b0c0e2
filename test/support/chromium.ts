import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/*
 * Tests in a real browser are skipped where it is not installed, unless TEST_REQUIRE has the word
 * chromium: then they fail.
 */

const file = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium';
const required = (process.env.TEST_REQUIRE ?? '').split(',').includes('chromium');

/** Whether tests in the browser are to be skipped. */
export const withoutChromium = !existsSync(file) && !required;

/** What the title of such a test says. */
export const ifChromium = withoutChromium
  ? ' (skipped: no Chromium is installed; apt-get install chromium)'
  : '';

/** Starts the browser. Tests run as root in a container, where it has no sandbox of its own. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: file, args: ['--no-sandbox'] });
}
