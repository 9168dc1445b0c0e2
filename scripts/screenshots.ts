import { mkdirSync } from 'node:fs';
import { openAppHost, type Theme } from '../test/support/app-host.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { startSession } from '../test/support/program.ts';

/*
 * `npm run screenshots`: pictures of the app on the sandbox's shop, for docs. They are to be looked at, and
 * differ from machine to machine; nothing compares them. Requires a build and Chromium.
 */

const folder = 'docs/pictures';
const [bigSpenders, winBack] = ['aud_000000001', 'aud_000000121'];
const include = ['schedules', 'destinations', 'usedBy'];

interface Picture {
  file: string;
  theme: Theme;
  width: number;
  tool: string;
  args: Record<string, unknown>;
  /** The button that leads to what is shown; none if the tool does. */
  press?: string;
  /** What has to be there before it is taken. */
  until: string;
}

const pictures: readonly Picture[] = [
  {
    file: 'table-light',
    theme: 'light',
    width: 800,
    tool: 'find_audiences',
    args: { sort: 'size', order: 'desc', limit: 10 },
    until: '1–10 of',
  },
  {
    file: 'review-light',
    theme: 'light',
    width: 800,
    tool: 'find_audiences',
    args: {},
    press: 'Review this space',
    until: 'Destinations were looked up',
  },
  {
    file: 'audience-dark',
    theme: 'dark',
    width: 800,
    tool: 'get_audience',
    args: { id: winBack, include },
    until: 'Lapsed customers',
  },
  {
    file: 'editor-light',
    theme: 'light',
    width: 800,
    tool: 'check_audience_query',
    args: {
      query: "event('Order Completed').within(30 days).cuont() >= 2 AND trait('plan') = 'vip'",
    },
    until: 'Did you mean count?',
  },
  {
    file: 'agreement-dark',
    theme: 'dark',
    width: 800,
    tool: 'update_audience_for_space',
    args: { id: bigSpenders, query: "trait('total_spend') > 900" },
    until: 'Do you agree?',
  },
  {
    file: 'agreement-narrow',
    theme: 'light',
    width: 360,
    tool: 'change_audiences',
    args: { ids: [bigSpenders, winBack], action: 'disable' },
    until: 'Do you agree?',
  },
];

mkdirSync(folder, { recursive: true });
const session = await startSession(['--sandbox']);
const browser = await launchChromium();
try {
  for (const { file, theme, width, tool, args, press, until } of pictures) {
    await using host = await openAppHost(browser, session.client, { theme, width });
    await host.show(tool, args);
    if (press) await host.app.getByRole('button', { name: press }).click();
    await host.app.getByText(until).first().waitFor();
    await host.page.waitForFunction('host.frame.clientHeight === host.sizes.at(-1).height');
    const height = Number(await host.run('host.sizes.at(-1).height'));
    await host.page.setViewportSize({ width, height });
    await host.page.screenshot({ path: `${folder}/${file}.png` });
  }
} finally {
  await browser.close();
  await session.close();
}
