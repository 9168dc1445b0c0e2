import { readFileSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page, Request, Route } from 'playwright-core';
import * as z from 'zod';
import { RawProgram } from './program.ts';

/** The command `app`, without a browser. */
export interface AppProgram extends AsyncDisposable {
  program: RawProgram;
  /** Where the page is served, without a path. */
  origin: string;
  /** The file that leads there, and its mode. */
  redirectFile: string;
  redirectMode: number;
  key: string;
}

/** Starts `app --sandbox`. */
export async function startApp(
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<AppProgram> {
  const program = new RawProgram(['app', '--sandbox', '--no-open', ...args], env);
  const redirectFile = await program.until(() => /^ {2}(\S+\.html)$/m.exec(program.stdout)?.[1]);
  const found = /"(http:\/\/127\.0\.0\.1:\d+)\/#key=([\w-]+)"/.exec(
    readFileSync(redirectFile, 'utf8'),
  );
  const [, origin = '', key = ''] = found ?? [];
  return {
    program,
    origin,
    redirectFile,
    redirectMode: statSync(redirectFile).mode & 0o777,
    key,
    async [Symbol.asyncDispose]() {
      program.child.kill('SIGKILL');
      await program.exit();
    },
  };
}

/** The same with its page in a browser. */
export interface HostPage extends AppProgram {
  page: Page;
  /** The addresses of all requests of the page, and of the frames in it, but for those that a policy blocked. */
  requested(): string[];
  /** Opens a tool by its name, with these arguments. */
  open(tool: string, args?: object): Promise<void>;
}

export interface HostPageOptions {
  args?: string[];
  env?: Record<string, string>;
  /** The HTML of the view for all tools, instead of the program's own. */
  view?: string | undefined;
  /** Called before the page opens. */
  prepare?: (page: Page) => Promise<void>;
}

/** Starts `app --sandbox`, and opens its page as a user would: by the file that it writes. */
export async function openHostPage(
  browser: Browser,
  { args = [], env = {}, view, prepare }: HostPageOptions = {},
): Promise<HostPage> {
  const app = await startApp(args, env);
  const context = await browser.newContext();
  const page = await context.newPage();
  const requests: Request[] = [];
  page.on('request', (request) => requests.push(request));
  if (view !== undefined) await page.route('**/mcp', (route) => withView(route, view));
  await prepare?.(page);
  await page.goto(pathToFileURL(app.redirectFile).href);
  await page.waitForURL(`${app.origin}/**`);
  await page.locator('#what option').first().waitFor({ state: 'attached' });
  return {
    ...app,
    page,
    requested: () =>
      requests.filter((request) => !isBlocked(request)).map((request) => request.url()),
    async open(tool, given = {}) {
      await page.locator('#what').selectOption(tool);
      await page.locator('#fields textarea').fill(JSON.stringify(given));
      await page.locator('#start button').click();
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await app[Symbol.asyncDispose]();
    },
  };
}

/** Chromium reports a request that the Content-Security-Policy forbids, and then that it failed. */
function isBlocked(request: Request): boolean {
  return /csp|blocked_by/i.test(request.failure()?.errorText ?? '');
}

const viewUri = 'ui://fixture/view.html';
const requestSchema = z.looseObject({ id: z.unknown().optional(), method: z.string().optional() });
const listSchema = z.looseObject({
  result: z.looseObject({ tools: z.array(z.looseObject({})) }),
});

/** Lets every tool have this view. */
async function withView(route: Route, view: string): Promise<void> {
  const { id, method } = requestSchema.parse(route.request().postDataJSON());
  if (method === 'resources/read') {
    const contents = [{ uri: viewUri, mimeType: 'text/html;profile=mcp-app', text: view }];
    return route.fulfill({ json: { jsonrpc: '2.0', id, result: { contents } } });
  }
  if (method !== 'tools/list') return route.continue();
  const response = await route.fetch();
  const { result, ...rest } = listSchema.parse(await response.json());
  const tools = result.tools.map((tool) => ({ ...tool, _meta: { ui: { resourceUri: viewUri } } }));
  return route.fulfill({ response, json: { ...rest, result: { ...result, tools } } });
}
