import { settings } from '../../src/config/settings.ts';
import type { Project } from '../project.ts';
import { repositoryName } from './addresses.ts';
import { npxCommand } from './start-command.ts';

/*
 * Links that add the server to Cursor and VS Code with one click. They go through web pages,
 * because document hosts remove links of other schemes. No link contains a token: VS Code asks for
 * it, and Cursor's has a placeholder, which the server treats as not set.
 */

const serverName = 'segment-audiences';

/** The links in Markdown; empty while the package is not published, because they name it. */
export function installLinks({ published }: Project): string {
  if (!published) return '';
  return `[Add to Cursor](${cursorLink()}) · [Add to VS Code](${vsCodeLink()})\n`;
}

/** https://cursor.com/docs/context/mcp/install-links */
function cursorLink(): string {
  const env = {
    [settings.token.env]: `\${env:${settings.token.env}}`,
    [settings.space.env]: `\${env:${settings.space.env}}`,
  };
  const config = Buffer.from(JSON.stringify({ ...npxCommand(), env })).toString('base64');
  return `https://cursor.com/install-mcp?${encoded({ name: serverName, config })}`;
}

/** https://code.visualstudio.com/api/extension-guides/ai/mcp */
function vsCodeLink(): string {
  const ask = (id: string, description: string, password?: boolean) => ({
    type: 'promptString',
    id: `${repositoryName}-${id}`,
    description,
    ...(password ? { password } : {}),
  });
  const inputs = [
    ask('token', 'Public API token of the Segment workspace', true),
    ask('space', 'Id of the default space; may be empty'),
  ];
  const env = {
    [settings.token.env]: `\${input:${repositoryName}-token}`,
    [settings.space.env]: `\${input:${repositoryName}-space}`,
  };
  const config = { type: 'stdio', ...npxCommand(), env };
  const query = {
    name: serverName,
    inputs: JSON.stringify(inputs),
    config: JSON.stringify(config),
  };
  return `https://vscode.dev/redirect/mcp/install?${encoded(query)}`;
}

/** A query string with spaces as %20, which every reader decodes as spaces. */
function encoded(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
