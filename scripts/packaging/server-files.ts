import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The folder of the plugin for Claude Code and for clients that read Agent Plugins. */
export const pluginFolder = 'packaging/plugin';

/** Files for other programs to import, which the program does not need. */
const libraries = ['query.js', 'query.d.ts', 'sandbox.js', 'sandbox.d.ts'];

/** The files of dist that the program needs to serve MCP, with the notices and the SBOM, with slashes. */
export function serverFiles(): string[] {
  return readdirSync('dist', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative('dist', join(parentPath, name)).replaceAll('\\', '/'))
    .filter((name) => !libraries.includes(name))
    .sort();
}
