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
 * November 2026. Files are those of the user; Roo's is that of the project.
 */

export interface Client {
  /** What it is called on the command line. */
  id: string;
  title: string;
  /**
   * The files in which it looks for servers: the first that is there counts, else the first. None where
   * the client does not run on the platform, or has its settings elsewhere.
   */
  files: (place: Place) => readonly string[];
  /** A folder that shows that the client is there, where that of its file does not. */
  trace?: (place: Place) => string;
  /** How the file is written. Only JSON, with comments or without, is edited. */
  format: 'json' | 'jsonc' | 'toml' | 'yaml';
  /** Where in the file servers are listed. */
  keys: readonly string[];
  /** Whether that is a list instead of an object with a key for each. */
  isList?: true;
  /** Our entry as the client wants it. */
  entry: (start: ServerStart) => Entry;
  /** The client's own command that adds a server. */
  add?: (start: ServerStart) => readonly string[];
  /** The client's own command that removes it again. */
  remove?: readonly string[];
  /** What to do by hand, where there is no file. */
  steps?: readonly string[];
  /** What the user has to know before the file is changed. */
  before?: string;
  /** What makes the client see the change. */
  afterwards: string;
}

/** What most clients take: `{command, args, env}`. */
function plain({ command, args, env }: ServerStart): Entry {
  return Object.keys(env).length === 0 ? { command, args } : { command, args, env };
}

const stdio = (start: ServerStart): Entry => ({ type: 'stdio', ...plain(start) });

/** A flag for each variable, as in `--env NAME=VALUE`. */
function envFlags(flag: string, { env }: ServerStart): string[] {
  return Object.entries(env).flatMap(([key, value]) => [flag, `${key}=${value}`]);
}

const mcpServers = ['mcpServers'];

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
    afterwards: 'Quit Claude Desktop and start it again.',
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
    before: 'Claude Code rewrites this file while it runs: use its command, or quit it first.',
    afterwards: 'Start a new session of Claude Code.',
  },
  {
    id: 'cursor',
    title: 'Cursor',
    files: (place) => [joined(place, place.home, '.cursor/mcp.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Cursor sees the change by itself; else restart it.',
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
    afterwards: 'Press Refresh in the list of MCP servers of Windsurf, or restart it.',
  },
  {
    id: 'antigravity',
    title: 'Antigravity',
    files: (place) => [joined(place, place.home, '.gemini/antigravity/mcp_config.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Press Refresh under Manage MCP Servers in Antigravity.',
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
    afterwards: 'Start a new session of Gemini CLI, in a folder that it trusts.',
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
    afterwards: 'Zed sees the change by itself.',
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
    afterwards: 'Start a new session of Codex.',
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
      'Cline sees the change by itself; else press Restart Server in its list of servers.',
  },
  {
    id: 'roo',
    title: 'Roo Code',
    files: (place) => [joined(place, place.cwd, '.roo/mcp.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    before:
      'The file belongs to this project: keep it out of version control, as it holds paths of this machine.',
    afterwards: 'Roo Code sees the change by itself.',
  },
  {
    id: 'continue',
    title: 'Continue',
    files: (place) => [joined(place, place.home, '.continue/config.yaml')],
    format: 'yaml',
    keys: mcpServers,
    isList: true,
    entry: (start) => ({ name: entryName, ...plain(start) }),
    afterwards: 'Reload Continue. Its tools are there in agent mode only.',
  },
  {
    id: 'copilot',
    title: 'Copilot CLI',
    files: (place) => [joined(place, place.home, '.copilot/mcp-config.json')],
    format: 'json',
    keys: mcpServers,
    entry: (start) => ({ type: 'local', ...plain(start), tools: ['*'] }),
    afterwards: 'Start a new session of Copilot CLI.',
  },
  {
    id: 'visual-studio',
    title: 'Visual Studio',
    files: (place) => (place.platform === 'win32' ? [joined(place, place.home, '.mcp.json')] : []),
    trace: (place) => joined(place, place.home, 'AppData/Local/Microsoft/VisualStudio'),
    format: 'json',
    keys: ['servers'],
    entry: stdio,
    steps: ['Visual Studio runs on Windows only: run this command there.'],
    afterwards: 'Choose the tools in the chat window of Visual Studio.',
  },
  {
    id: 'junie',
    title: 'Junie',
    files: (place) => [joined(place, place.home, '.junie/mcp/mcp.json')],
    format: 'json',
    keys: mcpServers,
    entry: plain,
    afterwards: 'Junie sees the change by itself; else restart the IDE.',
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
    afterwards: 'Start a new session of Goose.',
  },
  {
    id: 'opencode',
    title: 'OpenCode',
    files: (place) =>
      ['opencode.json', 'opencode.jsonc'].map((file) =>
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
    afterwards: 'Start a new session of OpenCode.',
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
      'Press Add, choose the form that takes JSON, and paste the block.',
      'Choose the level Global, press OK, and then Apply.',
    ],
    afterwards: 'The column Status shows whether the server has started.',
  },
];

/** The names of all clients, as they are given on the command line. */
export const clientIds: readonly string[] = clients.map(({ id }) => id);

/** Whether a client's file can be edited here. */
export function isEditable({ format }: Pick<Client, 'format'>): boolean {
  return format === 'json' || format === 'jsonc';
}

/** The file of a client: the first that is there, else the first; undefined if it has none here. */
export function fileOf(
  client: Client,
  place: Place,
  exists: (path: string) => boolean,
): string | undefined {
  const files = client.files(place);
  return files.find(exists) ?? files[0];
}

/** Whether a client shows itself on this machine: by its file, or the folder of it. */
export function isFound(client: Client, place: Place, exists: (path: string) => boolean): boolean {
  const files = client.files(place);
  const folders = client.trace ? [client.trace(place)] : files.map((file) => folderOf(file, place));
  return files.length > 0 && [...files, ...folders].some(exists);
}
