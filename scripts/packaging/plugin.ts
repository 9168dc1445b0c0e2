import packageJson from '../../package.json' with { type: 'json' };
import { settings } from '../../src/config/settings.ts';
import type { Project } from '../project.ts';
import { addressesOf } from './addresses.ts';
import { pluginFolder } from './server-files.ts';
import { startCommand } from './start-command.ts';

/*
 * One folder is a plugin for several clients: each finds its own manifest in it, and all share the
 * skill.
 *
 * - Claude Code: .claude-plugin/plugin.json and .mcp.json
 *   (https://code.claude.com/docs/en/plugins-reference)
 * - Cursor, Codex, VS Code and others that read Agent Plugins 1.0.0: plugin.json and mcp.json
 *   (https://agent-plugins.org/specification)
 * - Codex also: .codex-plugin/plugin.json, because it passes on only variables that are listed
 *   (https://developers.openai.com/codex/plugins/build), which the portable form can't do
 *
 * Gemini CLI reads gemini-extension.json at the root of the repository, and Claude Code a list of
 * plugins there.
 */

const name = 'segment-audiences';
const title = 'Segment audiences';
/** What the program, and Node.js, read from the environment in addition to settings. */
const surroundings = [
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'],
  'NODE_EXTRA_CA_CERTS',
  ...['XDG_STATE_HOME', 'LOCALAPPDATA'],
];

const authors = `The ${packageJson.name} authors`;

/** All manifests of plugins and extensions: path from the project's root to content. */
export function pluginFiles(of: Project): Map<string, object> {
  const { version, license, keywords } = packageJson;
  const links = addressesOf(of);
  const description =
    'Find, check, size, create and change Twilio Segment audiences, with a skill that teaches the query language.';
  const addresses = links ? { homepage: links.homepage, repository: links.page } : {};
  const author = { name: authors, ...(links ? { url: links.page } : {}) };
  const about = { name, version, description, author, ...addresses, license, keywords };
  const schema = (kind: string) => `https://agent-plugins.org/schemas/1.0.0/${kind}.schema.json`;
  return new Map<string, object>([
    [`${pluginFolder}/.claude-plugin/plugin.json`, { ...about, displayName: title }],
    [
      `${pluginFolder}/.mcp.json`,
      { mcpServers: { [name]: startCommand(of, '${CLAUDE_PLUGIN_ROOT}') } },
    ],
    [`${pluginFolder}/plugin.json`, { $schema: schema('plugin'), ...about }],
    [
      `${pluginFolder}/mcp.json`,
      {
        $schema: schema('mcp'),
        mcpServers: { [name]: { type: 'stdio', ...startCommand(of, '${PLUGIN_ROOT}') } },
      },
    ],
    [
      `${pluginFolder}/.codex-plugin/plugin.json`,
      { ...about, skills: './skills/', mcpServers: './.codex-mcp.json' },
    ],
    [
      `${pluginFolder}/.codex-mcp.json`,
      {
        mcpServers: {
          [name]: {
            ...startCommand(of, '.'),
            cwd: '.',
            env_vars: [...Object.values(settings).map(({ env }) => env), ...surroundings],
          },
        },
      },
    ],
    [
      '.claude-plugin/marketplace.json',
      {
        name: packageJson.name,
        owner: { name: links ? of.owner : authors },
        description: title,
        plugins: [{ name, source: `./${pluginFolder}`, description, version }],
      },
    ],
    [
      'gemini-extension.json',
      {
        name: packageJson.name,
        version,
        description,
        mcpServers: { [name]: startCommand(of, '${extensionPath}') },
        contextFileName: `${pluginFolder}/skills/${skillName}/SKILL.md`,
      },
    ],
  ]);
}

/** The name of the skill, and of its folder. */
export const skillName = 'segment-audiences';
