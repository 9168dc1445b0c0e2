import { readFileSync } from 'node:fs';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import type { Browser, Frame, FrameLocator, Page } from 'playwright-core';
import * as z from 'zod';
import { appUri } from '../../src/resources/app.ts';
import { Changes } from './changes.ts';

/*
 * A small host of MCP Apps in a real browser, in front of a real server.
 */

/** Where the host's page pretends to be; nothing is ever loaded from there. */
const address = 'http://host.test/';
const hostPage = readFileSync(new URL('app-host.html', import.meta.url), 'utf8');

export type Args = Record<string, unknown>;
export type Theme = 'light' | 'dark';

/** A message of the page, as far as tests look at it. */
const messageSchema = z.looseObject({ method: z.string().optional() });
const contentsSchema = z.tuple([z.object({ text: z.string(), mimeType: z.string() })]);

export interface AppHostOptions {
  theme?: Theme;
  /** In pixels. */
  width?: number;
  height?: number;
  /** How many pixels of the screen one of the page has in each direction. */
  scale?: number;
  /** What else the host says about itself. */
  context?: Args;
  /** Whether it reads resources for the page, as it may. */
  canRead?: boolean;
  /** Whether it leaves out which tool was called, as it may. */
  isSilent?: boolean;
}

/** The host, with what happened in it. */
export interface AppHost extends AsyncDisposable {
  page: Page;
  app: FrameLocator;
  /** What the page called, in order. */
  calls: { tool: string; args: Args }[];
  /** The resources that it read, in order. */
  reads: string[];
  /** Addresses that anything wanted to load. */
  requests: string[];
  /** What the console said. */
  console: string[];
  /** Calls a tool as the model would, and shows the page for it. */
  show(tool: string, args?: Args): Promise<void>;
  /** Shows the page before the call has ended; it ends with `result`. */
  showPending(tool: string, args?: Args): Promise<void>;
  /** Runs an expression in the host's page; `host` is there. */
  run(expression: string): Promise<unknown>;
  /** Evaluates an expression in the page itself. */
  inside(expression: string): Promise<unknown>;
  /** What the page told the model, once it has told so much. */
  contexts(count: number): Promise<string[]>;
  /** Resolves when the page has called a tool so often. */
  called(tool: string, times?: number): Promise<void>;
}

/** @param client of the server whose page is shown. */
export async function openAppHost(
  browser: Browser,
  client: Client,
  {
    theme = 'light',
    width = 800,
    height = 700,
    scale = 1,
    context = {},
    canRead = true,
    isSilent = false,
  }: AppHostOptions = {},
): Promise<AppHost> {
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme: theme,
    locale: 'en-US',
  });
  const calls: AppHost['calls'] = [];
  const reads: string[] = [];
  const requests: string[] = [];
  const said: string[] = [];
  const changes = new Changes();
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.route('**/*', async (route) => {
    const url = route.request().url();
    if (url === address) return route.fulfill({ contentType: 'text/html', body: hostPage });
    requests.push(url);
    return route.abort();
  });
  await page.exposeFunction('hostCall', (tool: string, args: Args) => {
    calls.push({ tool, args });
    changes.happened();
    return client.callTool({ name: tool, arguments: args });
  });
  await page.exposeFunction('hostRead', async (uri: string) => {
    reads.push(uri);
    try {
      return { result: await client.readResource({ uri }) };
    } catch (error) {
      if (!(error instanceof McpError)) throw error;
      // The client puts its own words before those of the server.
      const { code, data } = error;
      return { error: { code, data, message: error.message.replace(/^MCP error -?\d+: /, '') } };
    }
  });
  await page.goto(address);
  const { contents } = await client.readResource({ uri: appUri });
  const [{ text: html }] = contentsSchema.parse(contents);
  const { tools } = await client.listTools();
  const reading = canRead ? { serverResources: {} } : {};
  const capabilities = { serverTools: {}, ...reading, updateModelContext: { text: {} } };
  const run = (expression: string) => page.evaluate(expression);
  const open = async (tool: string, args: Args, result: unknown) => {
    const toolInfo = isSilent ? undefined : { tool: tools.find(({ name }) => name === tool) };
    const whole = { theme, locale: 'en-US', timeZone: 'UTC', toolInfo, ...context };
    const shown = { html, args, result, context: whole, capabilities };
    await run(`host.show(${JSON.stringify(shown)})`);
  };
  return {
    page,
    app: page.frameLocator('iframe'),
    calls,
    reads,
    requests,
    console: said,
    async show(tool, args = {}) {
      await open(tool, args, await client.callTool({ name: tool, arguments: args }));
      await page.frameLocator('iframe').locator('main[data-shown]').waitFor();
    },
    async showPending(tool, args = {}) {
      await open(tool, args, undefined);
      await page.frameLocator('iframe').locator('main').waitFor();
    },
    run,
    inside: (expression) => frameOf(page).evaluate(expression),
    async contexts(count) {
      await page.waitForFunction(`host.contexts.length >= ${count}`);
      return z.array(z.string()).parse(await run('host.contexts'));
    },
    async called(tool, times = 1) {
      const isSo = () => calls.filter((call) => call.tool === tool).length >= times || undefined;
      await changes.until(isSo);
    },
    [Symbol.asyncDispose]: () => page.close(),
  };
}

/** The frame with the page. @throws {Error} if none is shown. */
export function frameOf(page: Page): Frame {
  const [, frame] = page.frames();
  if (!frame) throw new Error('no page is shown');
  return frame;
}

/** The methods of the messages that the page sent to the host. */
export async function methodsOf(host: AppHost): Promise<string[]> {
  const messages = z.array(messageSchema).parse(await host.run('host.log'));
  return messages.flatMap(({ method }) => method ?? []);
}
