import { existsSync, readFileSync } from 'node:fs';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inChromium, launchChromium } from '../support/chromium.ts';
import {
  type AppProgram,
  type HostPageOptions,
  openHostPage,
  startApp,
} from '../support/host-page.ts';
import { beginSession, post } from '../support/mcp-post.ts';
import { isWindows } from '../support/platform.ts';
import { RawProgram } from '../support/program.ts';
import { rawRequest } from '../support/raw-http.ts';

/*
 * The command `app` in a real browser: how a page gets the key and nobody else does, and the host's side
 * of MCP Apps, seen by a view that writes down what it gets.
 */

const fixture = readFileSync('test/support/fixture-view.html', 'utf8');
const audience = 'aud_000000011';
const space = 'spa_shop_staging';
const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };

let browser: Browser;

beforeAll(async () => {
  if (!inChromium.isSkipped) browser = await launchChromium();
});
afterAll(() => browser?.close());

/** The page with the view of the tests. */
const openHost = ({ args = ['--space', space], ...options }: HostPageOptions = {}) =>
  openHostPage(browser, { view: fixture, args, ...options });

const viewIn = (page: Page): FrameLocator => page.frameLocator('#view iframe');

/** Waits for a message that the view got, whose JSON has all of these texts. */
async function received(page: Page, ...texts: string[]): Promise<unknown> {
  let item = viewIn(page).locator('#log li');
  for (const text of texts) item = item.filter({ hasText: text });
  return JSON.parse((await item.first().textContent()) ?? '');
}

/** Waits until a part of the page has a text, whether it is open or not. */
async function shows(page: Page, selector: string, text: string): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).waitFor({ state: 'attached' });
}

/** Lets the view send something. */
async function fromView(page: Page, script: string): Promise<void> {
  await viewIn(page)
    .locator('#log')
    .evaluate(({ ownerDocument }, code) => {
      const made = ownerDocument.createElement('script');
      made.textContent = code;
      ownerDocument.body.append(made);
    }, script);
}

async function ask(page: Page, method: string, params: object): Promise<void> {
  await fromView(page, `ask(${JSON.stringify(method)}, ${JSON.stringify(params)})`);
}

async function tell(page: Page, method: string, params: object): Promise<void> {
  await fromView(page, `tell(${JSON.stringify(method)}, ${JSON.stringify(params)})`);
}

/**
 * Resolves when an expression is true in the page. Playwright's own way evaluates it again in the page,
 * whose CSP does not allow that.
 */
async function becomesTrue(page: Page, expression: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => (${expression} ? resolve() : requestAnimationFrame(look));
    look();
  })`);
}

describe.skipIf(inChromium.isSkipped)(`the command app${inChromium.note}`, () => {
  test('gives its key to the page, and to nobody else', async () => {
    await using host = await openHost({ env: { LOG_LEVEL: 'debug' } });
    const { page, program, key, origin, redirectFile } = host;
    if (!isWindows) expect(host.redirectMode).toBe(0o600);
    expect(key).toMatch(/^sgm_[\w-]{43}$/);
    expect(page.url()).toBe(`${origin}/`);
    expect(existsSync(redirectFile)).toBe(false);
    expect(program.stderr).toContain('listening');
    expect(program.stdout + program.stderr).not.toContain(key);
    expect(host.requested().filter((url) => url.includes(key) && !url.includes('#'))).toEqual([]);

    // A reload keeps it, another tab has none.
    await page.reload();
    await page.locator('#what option').first().waitFor({ state: 'attached' });
    const other = await page.context().newPage();
    await other.goto(origin);
    await shows(other, '#status', 'no valid key');
  });

  test.skipIf(isWindows)(
    'ends with Ctrl-C, and leaves no file behind (Windows has no signals)',
    async () => {
      await using host = await openHostPage(browser);
      host.program.child.kill('SIGINT');
      expect(await host.program.exit()).toEqual({ code: 0 });
      expect(existsSync(host.redirectFile)).toBe(false);
      await host.open('list_audiences');
      await shows(
        host.page,
        '#status',
        'The server does not answer: is the command still running?',
      );
      // There is neither an app nor an answer.
      await host.page.locator('#view:empty').waitFor({ state: 'attached' });
    },
  );

  test('offers what the server offers, and takes its settings', async () => {
    await using host = await openHost({ args: ['--read-only'] });
    const options = await host.page.locator('#what option').allTextContents();
    expect(options).toEqual(expect.arrayContaining(['Find audiences', 'Get audience']));
    expect(options).not.toContain('Remove audience from space');
  });

  test('shows answers as text where there is no app', async () => {
    await using host = await openHostPage(browser, {
      args: ['--space', space],
      async prepare(page) {
        await page.route('**/mcp', (route) => {
          const { id, method } = route.request().postDataJSON();
          if (method !== 'resources/read') return route.continue();
          const error = { code: -32_002, message: 'Unknown resource.' };
          return route.fulfill({ json: { jsonrpc: '2.0', id, error } });
        });
      },
    });
    await host.open('get_audience', { id: audience });
    await shows(host.page, '#view', 'no app');
    await shows(host.page, '#result', audience);
  });
});

describe.skipIf(inChromium.isSkipped)(`a view${inChromium.note}`, () => {
  test('learns of its surroundings, the call, its result, and its end', async () => {
    await using host = await openHost();
    const { page } = host;
    await page.emulateMedia({ colorScheme: 'light' });
    await host.open('get_audience', { id: audience });
    expect(await received(page, '"view-1"', 'hostContext')).toMatchObject({
      result: {
        protocolVersion: '2026-01-26',
        hostCapabilities: { openLinks: {}, serverTools: {}, serverResources: {} },
        hostContext: {
          theme: 'light',
          toolInfo: { tool: { name: 'get_audience' } },
          styles: { variables: { '--color-text-primary': expect.stringContaining('light-dark(') } },
          displayMode: 'inline',
          containerDimensions: { width: expect.any(Number) },
        },
      },
    });
    expect(await received(page, 'tool-input')).toEqual({
      jsonrpc: '2.0',
      method: 'ui/notifications/tool-input',
      params: { arguments: { id: audience } },
    });
    expect(await received(page, 'ui/notifications/tool-result')).toMatchObject({
      params: { structuredContent: { audience: { id: audience } } },
    });
    const order = await viewIn(page).locator('#log li').allTextContents();
    expect(order.map((text) => JSON.parse(text).method ?? 'result')).toEqual([
      'result',
      'ui/notifications/tool-input',
      'ui/notifications/tool-result',
    ]);

    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await received(page, 'host-context-changed', 'theme')).toMatchObject({
      params: { theme: 'dark' },
    });
    await page.setViewportSize({ width: 400, height: 600 });
    expect(await received(page, 'host-context-changed', 'width')).toMatchObject({
      params: { containerDimensions: { width: expect.any(Number) } },
    });

    const torn = page.waitForEvent('framedetached');
    await host.open('list_audiences');
    await torn;
    expect(await received(page, 'tool-input')).toMatchObject({ params: { arguments: {} } });
  });

  test('calls tools, reads resources and is answered in every case', async () => {
    await using host = await openHost();
    const { page } = host;
    await host.open('list_audiences');
    await received(page, 'ui/notifications/tool-result');
    await ask(page, 'tools/call', { name: 'get_audience', arguments: { id: audience } });
    await ask(page, 'tools/call', { name: 'no_such_tool', arguments: {} });
    await ask(page, 'ping', {});
    await ask(page, 'ui/request-display-mode', { mode: 'fullscreen' });
    await ask(page, 'no/such-method', {});
    await ask(page, 'ui/open-link', { url: 'javascript:alert(1)' });
    expect(await received(page, '"view-2"')).toMatchObject({
      result: { structuredContent: { audience: { id: audience } } },
    });
    expect(await received(page, '"view-3"')).toMatchObject({ error: { code: -32_602 } });
    expect(await received(page, '"view-4"')).toMatchObject({ result: {} });
    expect(await received(page, '"view-5"')).toMatchObject({ result: { mode: 'inline' } });
    expect(await received(page, '"view-6"')).toMatchObject({ error: { code: -32_601 } });
    expect(await received(page, '"view-7"')).toMatchObject({ error: { code: -32_602 } });
  });

  test('is as tall as it says, and what it tells the model is shown as text', async () => {
    await using host = await openHost();
    const { page } = host;
    await host.open('list_audiences');
    await received(page, 'ui/notifications/tool-result');
    const frame = "document.querySelector('#view iframe').clientHeight";
    await tell(page, 'ui/notifications/size-changed', { width: 10, height: 777 });
    await becomesTrue(page, `${frame} > 700`);
    await tell(page, 'ui/notifications/size-changed', { width: 10, height: 300 });
    await becomesTrue(page, `${frame} <= 300`);
    const content = [{ type: 'text', text: 'Agreed to <b>one</b>.' }];
    await ask(page, 'ui/update-model-context', { content });
    await received(page, '"view-2"');
    expect(await page.locator('#note').textContent()).toBe('Agreed to <b>one</b>.');
  });

  test('opens a link only if the user agrees', async () => {
    await using host = await openHost();
    const { page } = host;
    await page
      .context()
      .route('https://example.com/**', (route) => route.fulfill({ body: 'there' }));
    await host.open('list_audiences');
    await received(page, 'ui/notifications/tool-result');
    await ask(page, 'ui/open-link', { url: 'https://example.com/a' });
    await page.getByRole('dialog').getByRole('button', { name: 'No' }).click();
    expect(await received(page, '"view-2"')).toMatchObject({ error: { code: -32_000 } });
    await ask(page, 'ui/open-link', { url: 'https://example.com/b' });
    const opened = page.context().waitForEvent('page');
    await page.getByRole('dialog').getByRole('button', { name: 'Open' }).click();
    expect((await opened).url()).toBe('https://example.com/b');
    expect(await received(page, '"view-3"')).toMatchObject({ result: {} });
  });

  test('reaches neither the page around it nor any network', async () => {
    await using host = await openHost();
    const { page, origin } = host;
    await host.open('list_audiences');
    await received(page, 'ui/notifications/tool-result');
    await fromView(
      page,
      `const note = (text) => {
         const item = document.createElement('li');
         item.textContent = JSON.stringify({ note: text });
         document.querySelector('#log').append(item);
       };
       const tryTo = (what, act) => { try { act(); note('could ' + what) } catch { note('could not ' + what) } };
       fetch('${origin}/healthz').then(() => note('could fetch'), () => note('could not fetch'));
       tryTo('touch', () => top.document.title);
       tryTo('store', () => localStorage.length);
       // Later: what a debugger runs may evaluate.
       setTimeout(() => tryTo('evaluate', () => new Function('return 1')));
       const image = new Image();
       image.onload = image.onerror = ({ type }) => note(type === 'load' ? 'could load' : 'could not load');
       image.src = '${origin}/image.png';`,
    );
    for (const what of ['fetch', 'touch', 'store', 'evaluate', 'load']) {
      expect(await received(page, 'note', ` ${what}"`)).toEqual({ note: `could not ${what}` });
    }
    const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-src'));
    await fromView(page, `location.href = 'https://example.com/?away'`);
    await blocked;
    const others = host
      .requested()
      .filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('file:'));
    expect(others).toEqual([]);
    expect(host.requested()).not.toContain(`${origin}/healthz`);
    expect(host.requested()).not.toContain(`${origin}/image.png`);
  });

  test('what deserves a look in the space is shown as text', async () => {
    await using host = await openHost({ args: [] });
    const { page } = host;
    await page.locator('#what').selectOption('What deserves a look');
    await page.locator('#start button').click();
    const overview = page.locator('main pre', { hasText: '## What deserves a look' });
    // The look-ups of one caller don't wait for each other while there are places for all.
    expect(await overview.textContent()).toMatch(/looked up for (\d\d) of the \1 audiences/);
    await page.locator('#settings summary').click();
    await page.locator('#space').fill('spa_nowhere');
    await page.locator('#start button').click();
    await page.locator('main pre', { hasText: 'could not be read (not_found)' }).waitFor();
  });
});

describe.skipIf(inChromium.isSkipped)(`a question of the server${inChromium.note}`, () => {
  test('is shown by the page, and answered there', async () => {
    await using host = await openHost();
    const { page } = host;
    await host.open('remove_audience_from_space', { id: audience });
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain(audience);
    await dialog.getByRole('button', { name: 'Yes' }).click();
    expect(await received(page, 'ui/notifications/tool-result')).not.toMatchObject({
      params: { isError: true },
    });
  });

  test('can be declined', async () => {
    await using host = await openHost();
    const { page } = host;
    await host.open('remove_audience_from_space', { id: audience });
    await page.getByRole('dialog').getByRole('button', { name: 'No', exact: true }).click();
    expect(await received(page, 'ui/notifications/tool-result')).toMatchObject({
      params: { isError: true },
    });
  });

  test('is asked by the view, if the page is set so', async () => {
    await using host = await openHost();
    const { page } = host;
    await page.locator('#settings summary').click();
    await page.locator('#questions').selectOption('view');
    await host.open('remove_audience_from_space', { id: audience });
    expect(await received(page, 'ui/notifications/tool-result')).toMatchObject({
      params: {
        isError: true,
        content: [{ text: expect.stringContaining('confirmation_required') }],
      },
    });
  });
});

describe('what is served', () => {
  let host: AppProgram;
  beforeAll(async () => {
    host = await startApp();
  });
  afterAll(() => host[Symbol.asyncDispose]());

  test.each([
    ['/', "frame-ancestors 'none'"],
    ['/host.js', "default-src 'none'"],
    ['/host.css', "default-src 'none'"],
    ['/frame.html', 'sandbox allow-scripts'],
  ])('%s has strict headers, and only under its own name', async (path, policy) => {
    const { status, headers } = await rawRequest(host.origin, 'GET', path, { headers: {} });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining(policy),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const others = { host: 'evil.example:80' };
    expect((await rawRequest(host.origin, 'GET', path, { headers: others })).status).toBe(403);
    expect((await rawRequest(host.origin, 'POST', path, { headers: {} })).status).toBe(405);
  });

  test('nothing is called without the key', async () => {
    for (const authorization of ['', 'Bearer x', `Bearer ${host.key}x`, 'Basic eDp5']) {
      const { status } = await post(host.origin, ping, { authorization });
      expect([authorization, status]).toEqual([authorization, 401]);
    }
  });

  test('what the page itself sends is taken', async () => {
    const headers = { origin: host.origin, authorization: `Bearer ${host.key}` };
    expect(await beginSession(host.origin, headers)).not.toBe('');
    expect(existsSync(host.redirectFile)).toBe(false);
  });

  test("a port that is in use can't be had twice", async () => {
    const port = new URL(host.origin).port;
    const second = new RawProgram(['app', '--sandbox', '--no-open', '--port', port]);
    expect(await second.exit()).toEqual({ code: 2 });
    expect(second.stderr).toContain("--port: the address can't be used (EADDRINUSE");
    expect(second.stdout).toBe('');
  });

  test('pages of other servers on this machine may send nothing', async () => {
    const authorization = `Bearer ${host.key}`;
    for (const origin of ['http://127.0.0.1:1', 'http://localhost:3000', 'null']) {
      const { status } = await post(host.origin, ping, { origin, authorization });
      expect([origin, status]).toEqual([origin, 403]);
    }
  });
});
