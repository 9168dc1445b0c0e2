import { gzipSync } from 'node:zlib';
import { appPage } from '../scripts/app-page.ts';
import { openAppHost } from '../test/support/app-host.ts';
import { inChromium, launchChromium } from '../test/support/chromium.ts';
import { startSession } from '../test/support/program.ts';
import { median, report } from './measure.ts';

const runs = 10;
const [row, color] = ['tbody tr', '.code .keyword'];

/** In each frame: when there was such an element for the first time, in milliseconds from its start. */
const noting = `
  window.seen = {};
  new MutationObserver(() => {
    for (const selector of ${JSON.stringify([row, color])}) {
      if (!(selector in seen) && document.querySelector(selector)) seen[selector] = performance.now();
    }
  }).observe(document, { childList: true, subtree: true });
`;

/**
 * The page of MCP Apps: its size, and in Chromium, from the start of its frame, the time to the first row
 * of a table, and to a definition in colors, for which the language is unpacked.
 */
export async function benchApp(): Promise<void> {
  const { html, own } = await appPage();
  report('app, size', {
    KB: Buffer.byteLength(html) / 1000,
    'KB without the language': Buffer.byteLength(own) / 1000,
    'KB compressed': gzipSync(html).length / 1000,
  });
  if (inChromium.isSkipped) {
    report('app, first row', { ms: inChromium.note });
    return;
  }
  await using session = await startSession(['--sandbox', '--log-level', 'warn']);
  const browser = await launchChromium();
  try {
    await using host = await openAppHost(browser, session.client);
    await host.page.addInitScript(noting);
    const timeOf = async (tool: string, args: Record<string, unknown>, selector: string) => {
      await host.show(tool, args);
      await host.app.locator(selector).first().waitFor();
      return Number(await host.inside(`seen[${JSON.stringify(selector)}]`));
    };
    const [rows, colors]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run += 1) {
      rows.push(await timeOf('find_audiences', { limit: 50 }, row));
      colors.push(await timeOf('get_audience', { id: 'aud_000000121' }, color));
    }
    report('app, first row', { 'median ms': median(rows), 'first ms': rows[0] ?? 0 });
    report('app, definition in colors', {
      'median ms': median(colors),
      'first ms': colors[0] ?? 0,
    });
  } finally {
    await browser.close();
  }
}
