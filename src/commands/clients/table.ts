import { type Entry, entryName, type ServerStart } from './entry.ts';
import {
  applicationFolder,
  configFolder,
  folderIn,
  folderOf,
  joined,
  type Place,
} from './place.ts';

/*
 * The MCP clients that setup and doctor know. Sources: each vendor's documentation of its settings,
 * November 2026. The files are the user's; Roo's is the project's.
 */

export interface Client {
  /** Its name on the command line. */
  id: string;
  title: string;
  /**
   * The files in which it looks for servers. Our entry belongs in the first that exists, else in the
   * first. Empty where the client does not run on the platform, or has its settings elsewhere.
   */
  files: (place: Place) => readonly string[];
  /** A folder that shows that the client is installed, if that of its file does not. */
  trace?: (place: Place) => string;
  /** The format of the file. Only JSON, with or without comments, is edited. */
  format: 'json' | 'jsonc' | 'toml' | 'yaml';
  /** The path of keys at which the file lists servers. */
  keys: readonly string[];
  /** Whether they are a list instead of an object with a key for each. */
  isList?: true;
  /** Our entry in the client's form. */
  entry: (start: ServerStart) => Entry;
  /** The client's own command that adds a server. */
  add?: (start: ServerStart) => readonly string[];
  /** The client's own command that removes it again. */
  remove?: readonly string[];
  /** The steps to take by hand, if there is no file. */
  steps?: readonly string[];
  /** What the user must know before the file is changed. */
  before?: string;
  /** What makes the client notice the change. */
  afterwards: string;
}

/** The form that most clients use: `{command, args, env}`. */
function plain({ command, args, env }: ServerStart): Entry {
  return Object.keys(env).length === 0 ? { command, args } : { command, args, env };
}

const stdio = (start: ServerStart): Entry => ({ type: 'stdio', ...plain(start) });

/** A flag for each variable, as in `--env NAME=VALUE`. */
function envFlags(flag: string, { env }: ServerStart): string[] {
  return Object.entries(env).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}

const mcpServers = ['mcpServers'];

/** What the user of Claude Code must know. */
export const rewrites =
  'Claude Code rewrites this file while it runs: use its own command, or quit it first.';

export const clients: readonly Client[] = [
  {
    id: 'claude-desktop',
    title: 'Claude Desktop',
    files: (place) => [
      joined(place, applicationFolder(place), 'Claude/claude_desktop_config.json'),
    ],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Quit and restart Claude Desktop.',
  },
  {
    id: 'claude-code',
    title: 'Claude Code',
    files: (place) => [
      joined(place, folderIn(place, 'CLAUDE_CONFIG_DIR') ?? place.home, '.claude.json'),
    ],
    trace: (place) => joined(place, place.home, '.claude'),
    format: 'json',
    keys: mcpServers,
    entry: stdio,
    // The name comes first: --env takes all words that follow it.
    add: (start) => [
      ...['claude', 'mcp', 'add', entryName, '--scope', 'user', ...envFlags('--env', start)],
      ...['--', start.command, ...start.args],
    ],
    remove: ['claude', 'mcp', 'remove', entryName, '--scope', 'user'],
    before: rewrites,
    afterwards: 'Start a new Claude Code session.',
  },
  {
    id: 'cursor',
    title: 'Cursor',
    files: (place) => [joined(place, place.home, '.cursor/mcp.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Cursor picks up the change by itself; if it does not, restart it.',
  },
  {
    id: 'vscode',
    title: 'VS Code',
    files: (place) => [joined(place, applicationFolder(place), 'Code/User/mcp.json')],
    format: 'jsonc',
    keys: ['servers'],
    entry: stdio,
    add: (start) => ['code', '--add-mcp', JSON.stringify({ name: entryName, ...stdio(start) })],
    afterwards: 'Run "MCP: List Servers" in VS Code and start the server.',
  },
  {
    id: 'windsurf',
    title: 'Windsurf',
    files: (place) => [joined(place, place.home, '.codeium/windsurf/mcp_config.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Click Refresh in the list of MCP servers in Windsurf, or restart it.',
  },
  {
    id: 'antigravity',
    title: 'Antigravity',
    files: (place) => [joined(place, place.home, '.gemini/antigravity/mcp_config.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Click Refresh under Manage MCP Servers in Antigravity.',
  },
  {
    id: 'gemini',
    title: 'Gemini CLI',
    files: (place) => [joined(place, place.home, '.gemini/settings.json')],
    format: 'jsonc',
    keys: mcpServers,
    entry: plain,
    add: ({ args: [file = '', ...flags], ...start }) => [
      ...['gemini', 'mcp', 'add', '--scope', 'user', ...envFlags('--env', { ...start, args: [] })],
      ...[entryName, start.command, file, ...(flags.length > 0 ? ['--', ...flags] : [])],
    ],
    remove: ['gemini', 'mcp', 'remove', '--scope', 'user', entryName],
    afterwards: 'Start a new Gemini CLI session, in a folder that it trusts.',
  },
  {
    id: 'zed',
    title: 'Zed',
    files: (place) => [
      place.platform === 'win32'
        ? joined(place, applicationFolder(place), 'Zed/settings.json')
        : joined(place, configFolder(place), 'zed/settings.json'),
    ],
    format: 'jsonc',
    keys: ['context_servers'],
    entry: plain,
    afterwards: 'Zed picks up the change by itself.',
  },
  {
    id: 'codex',
    title: 'Codex',
    files: (place) => [
      joined(
        place,
        folderIn(place, 'CODEX_HOME') ?? joined(place, place.home, '.codex'),
        'config.toml',
      ),
    ],
    format: 'toml',
    keys: ['mcp_servers'],
    entry: plain,
    add: (start) => [
      ...['codex', 'mcp', 'add', entryName, ...envFlags('--env', start)],
      ...['--', start.command, ...start.args],
    ],
    remove: ['codex', 'mcp', 'remove', entryName],
    afterwards: 'Start a new Codex session.',
  },
  {
    id: 'cline',
    title: 'Cline',
    files: (place) => [
      joined(place, place.home, '.cline/data/settings/cline_mcp_settings.json'),
      joined(
        place,
        applicationFolder(place),
        'Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json',
      ),
    ],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards:
      'Cline picks up the change by itself; if it does not, click Restart Server in its list of servers.',
  },
  {
    id: 'roo',
    title: 'Roo Code',
    files: (place) => [joined(place, place.cwd, '.roo/mcp.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    before:
      'The file belongs to this project: keep it out of version control, because it contains paths on this machine.',
    afterwards: 'Roo Code picks up the change by itself.',
  },
  {
    id: 'continue',
    title: 'Continue',
    files: (place) => [joined(place, place.home, '.continue/config.yaml')],
    format: 'yaml',
    keys: mcpServers,
    isList: true,
    entry: (start) => ({ name: entryName, ...plain(start) }),
    afterwards: 'Reload Continue. Its tools are available in agent mode only.',
  },
  {
    id: 'copilot',
    title: 'Copilot CLI',
    files: (place) => [joined(place, place.home, '.copilot/mcp-config.json')],
    format: 'json',
    keys: mcpServers,
    entry: (start) => ({ type: 'local', ...plain(start), tools: ['*'] }),
    afterwards: 'Start a new Copilot CLI session.',
  },
  {
    id: 'visual-studio',
    title: 'Visual Studio',
    files: (place) => (place.platform === 'win32' ? [joined(place, place.home, '.mcp.json')] : []),
    trace: (place) => joined(place, place.home, 'AppData/Local/Microsoft/VisualStudio'),
    format: 'json',
    keys: ['servers'],
    entry: stdio,
    steps: ['Visual Studio runs only on Windows: run this command there.'],
    afterwards: 'Select the tools in the chat window of Visual Studio.',
  },
  {
    id: 'junie',
    title: 'Junie',
    files: (place) => [joined(place, place.home, '.junie/mcp/mcp.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Junie picks up the change by itself; if it does not, restart the IDE.',
  },
  {
    id: 'goose',
    title: 'Goose',
    files: (place) => [
      place.platform === 'win32'
        ? joined(place, applicationFolder(place), 'Block/goose/config/config.yaml')
        : joined(place, configFolder(place), 'goose/config.yaml'),
    ],
    format: 'yaml',
    keys: ['extensions'],
    entry: ({ command, args, env }) => ({
      ...{ name: entryName, type: 'stdio', enabled: true, cmd: command, args, envs: env },
      timeout: 300,
    }),
    afterwards: 'Start a new Goose session.',
  },
  {
    id: 'opencode',
    title: 'OpenCode',
    files: (place) =>
      ['opencode.json', 'opencode.jsonc', 'config.json'].map((file) =>
        joined(place, configFolder(place), 'opencode', file),
      ),
    format: 'jsonc',
    keys: ['mcp'],
    entry: ({ command, args, env }) => ({
      type: 'local',
      command: [command, ...args],
      ...(Object.keys(env).length > 0 && { environment: env }),
      enabled: true,
    }),
    afterwards: 'Start a new OpenCode session.',
  },
  {
    id: 'jetbrains',
    title: 'JetBrains AI Assistant',
    files: () => [],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    steps: [
      'Open Settings > Tools > AI Assistant > Model Context Protocol (MCP).',
      'Click Add, choose JSON, and paste the block.',
      'Set the level to Global, and click OK, then Apply.',
    ],
    afterwards: 'The Status column shows whether the server has started.',
  },
];

/** The names of all clients, as given on the command line. */
export const clientIds: readonly string[] = clients.map(({ id }) => id);

/** Whether a client's file can be edited here. */
export function isEditable({ format }: Pick<Client, 'format'>): boolean {
  return format === 'json' || format === 'jsonc';
}

/**
 * The file of a client in which our entry belongs: the first that exists, else the first; undefined if it
 * has none here. `ownFiles` finds the entry, which may be in another one.
 */
export function fileOf(
  client: Client,
  place: Place,
  exists: (path: string) => boolean,
): string | undefined {
  const files = client.files(place);
  return files.find(exists) ?? files[0];
}

/** Whether a client appears to be installed: its file exists, or the folder of it. */
export function isFound(client: Client, place: Place, exists: (path: string) => boolean): boolean {
  const files = client.files(place);
  const folders = client.trace ? [client.trace(place)] : files.map((file) => folderOf(file, place));
  return files.length > 0 && [...files, ...folders].some(exists);
}
