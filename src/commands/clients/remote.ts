import * as z from 'zod';
import { endpointPath } from '../../config/http-address.ts';
import { type Entry, entryName } from './entry.ts';
import { secretsIn } from './entry-secrets.ts';
import { rewrites } from './table.ts';

/*
 * How clients connect to a server over HTTP. Sources: as for the table of clients. Where a vendor
 * documents no variables for headers, none are assumed: a text that looks like one would be sent as it
 * is.
 */

/** A server that runs elsewhere. */
export interface RemoteServer {
  /** The URL of its endpoint, perhaps with a query that narrows the connection. */
  url: string;
  /** The name of the variable that holds the key; undefined to log in with OAuth, or not at all. */
  keyVariable: string | undefined;
}

/** How a client connects to a remote server. */
export interface RemoteForm {
  /** Our entry in the client's form. */
  entry: (server: RemoteServer) => Entry;
  /** The client's own command that adds the server. */
  add?: (server: RemoteServer) => readonly string[];
  /** Why the client can't take a key from a variable, in a sentence; undefined if it can. */
  noKey?: string;
  /** What the user must know before the file is changed. */
  before?: string;
}

/** Why a client connects to no remote server by a file, and what to do instead. */
export interface NoRemote {
  why: string;
}

/** What to do where a client can't send a key. */
const insteadOfKey =
  'Leave out --key-env and log in with OAuth, if the server has --auth oauth; or paste the key into the file yourself, and keep that file private.';

/** Headers with the key, as the client writes references to variables. */
function keyHeader(
  { keyVariable }: RemoteServer,
  reference: (name: string) => string,
): { headers?: Entry } {
  if (keyVariable === undefined) return {};
  return { headers: { Authorization: `Bearer ${reference(keyVariable)}` } };
}

const inBraces = (name: string) => `\${${name}}`;
const asEnv = (name: string) => `\${env:${name}}`;
const asWord = (name: string) => `$${name}`;

function headerFlag(flag: string, { headers }: { headers?: Entry }): string[] {
  return headers ? [flag, `Authorization: ${String(headers.Authorization)}`] : [];
}

const noVariables = (title: string) =>
  `${title} documents no variables in headers, so the key itself would be in its file. ${insteadOfKey}`;

const forms: Readonly<Record<string, RemoteForm | NoRemote>> = {
  'claude-desktop': {
    why: 'The file of Claude Desktop only starts programs. Add the server under Settings > Connectors: it needs --auth oauth there, and a URL that Anthropic can reach from outside. Otherwise, set up a local server: leave out --http.',
  },
  'claude-code': {
    entry: (server) => ({ type: 'http', url: server.url, ...keyHeader(server, inBraces) }),
    add: (server) => [
      ...['claude', 'mcp', 'add', '--transport', 'http', '--scope', 'user', entryName, server.url],
      ...headerFlag('--header', keyHeader(server, inBraces)),
    ],
    before: rewrites,
  },
  cursor: { entry: (server) => ({ url: server.url, ...keyHeader(server, asEnv) }) },
  vscode: {
    entry: (server) => ({ type: 'http', url: server.url, ...keyHeader(server, asEnv) }),
    add: (server) => [
      ...['code', '--add-mcp'],
      JSON.stringify({
        name: entryName,
        type: 'http',
        url: server.url,
        ...keyHeader(server, asEnv),
      }),
    ],
  },
  windsurf: { entry: (server) => ({ serverUrl: server.url, ...keyHeader(server, asEnv) }) },
  antigravity: {
    entry: ({ url }) => ({ serverUrl: url }),
    noKey: noVariables('Antigravity'),
  },
  gemini: {
    entry: (server) => ({ httpUrl: server.url, ...keyHeader(server, asWord) }),
    add: (server) => [
      ...['gemini', 'mcp', 'add', '--transport', 'http', '--scope', 'user'],
      ...[entryName, server.url, ...headerFlag('--header', keyHeader(server, asWord))],
    ],
  },
  zed: { entry: ({ url }) => ({ url }), noKey: noVariables('Zed') },
  codex: {
    entry: ({ url, keyVariable }) => ({
      url,
      ...(keyVariable !== undefined && { bearer_token_env_var: keyVariable }),
    }),
    add: ({ url, keyVariable }) => [
      ...['codex', 'mcp', 'add', entryName, '--url', url],
      ...(keyVariable === undefined ? [] : ['--bearer-token-env-var', keyVariable]),
    ],
  },
  cline: {
    entry: ({ url }) => ({ type: 'streamableHttp', url }),
    noKey: noVariables('Cline'),
  },
  roo: {
    entry: (server) => ({ type: 'streamable-http', url: server.url, ...keyHeader(server, asEnv) }),
  },
  continue: {
    entry: (server) => {
      const reference = (name: string) => `\${{ secrets.${name} }}`;
      const { headers } = keyHeader(server, reference);
      return {
        ...{ name: entryName, type: 'streamable-http', url: server.url },
        ...(headers && { requestOptions: { headers } }),
      };
    },
    before: 'Continue takes its secrets from ~/.continue/.env or the environment.',
  },
  copilot: {
    entry: ({ url }) => ({ type: 'http', url, tools: ['*'] }),
    noKey: noVariables('Copilot CLI'),
  },
  'visual-studio': {
    entry: ({ url }) => ({ url }),
    noKey: noVariables('Visual Studio'),
  },
  junie: {
    why: 'According to its documentation, Junie only starts programs: set up a local server, without --http, or use another client.',
  },
  goose: {
    entry: (server) => ({
      ...{ name: entryName, type: 'streamable_http', enabled: true, uri: server.url },
      ...(server.keyVariable !== undefined && { env_keys: [server.keyVariable] }),
      ...keyHeader(server, inBraces),
      timeout: 300,
    }),
    before:
      'Goose keeps the values of env_keys in its keyring, or takes them from the environment.',
  },
  opencode: {
    entry: (server) => ({
      ...{ type: 'remote', url: server.url, enabled: true },
      ...keyHeader(server, (name) => `{env:${name}}`),
    }),
  },
  jetbrains: {
    entry: ({ url }) => ({ url }),
    noKey: noVariables('JetBrains AI Assistant'),
  },
};

/** How a client connects to a remote server. @param id of the client. */
export function remoteFormOf(id: string): RemoteForm | NoRemote {
  const form = forms[id];
  if (!form) throw new Error(`The client ${id} has no remote form.`);
  return form;
}

/** Why a client can't connect to a server in that way, and what to do; undefined if it can. */
export function problemWithRemote(id: string, { keyVariable }: RemoteServer): string | undefined {
  const form = remoteFormOf(id);
  if ('why' in form) return form.why;
  return keyVariable === undefined ? undefined : form.noKey;
}

/** The clients' different forms of the same entry. */
const entrySchema = z.looseObject({
  url: z.string().optional(),
  serverUrl: z.string().optional(),
  httpUrl: z.string().optional(),
  uri: z.string().optional(),
});

/** An entry that connects to a server, whatever the client. */
export interface RemoteEntry {
  url: string;
  /** What `secretsIn` finds in the entry. */
  secrets: readonly string[];
}

/** What an entry connects to; undefined if it connects to nothing. */
export function remoteIn(entry: unknown): RemoteEntry | undefined {
  const { data } = entrySchema.safeParse(entry);
  const url = data?.url ?? data?.serverUrl ?? data?.httpUrl ?? data?.uri;
  if (!data || url === undefined) return undefined;
  return { url, secrets: secretsIn(entry) };
}

/** Whether an entry with our name may be ours: it leads to an endpoint such as ours. */
export function isEndpoint(url: string): boolean {
  return URL.canParse(url) && new URL(url).pathname.endsWith(endpointPath);
}
