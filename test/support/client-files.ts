import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Client } from '../../src/commands/clients/table.ts';

/** Everything below a folder, byte for byte. */
export function contents(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    paths.sort().map((path) => {
      const stats = lstatSync(join(folder, path));
      const content = stats.isFile() ? readFileSync(join(folder, path), 'base64') : '';
      return [path, `${stats.mode.toString(8)} ${content}`];
    }),
  );
}

/** All but what setup keeps of its own. */
export function otherContents(home: string) {
  const isOwn = (path: string) => path.startsWith('.local');
  return Object.fromEntries(Object.entries(contents(home)).filter(([path]) => !isOwn(path)));
}

/** Writes a file, and makes its folders. @returns its path. */
export function withFile(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Cursor's file. */
export const cursorFile = (home: string) => join(home, '.cursor/mcp.json');

/** Writes Cursor's file with this entry of ours. @returns its path. */
export function withEntry(home: string, entry: object): string {
  const text = JSON.stringify({ mcpServers: { 'segment-audiences': entry } }, undefined, 2);
  return withFile(cursorFile(home), text);
}

const listed = (keys: readonly string[], servers: string) => `"${keys.join('.')}": ${servers}`;

/** Files as clients, programs and people leave them, by what is special about them. */
export const variants: [what: string, text: (client: Client) => string | undefined][] = [
  ['no file and no folder', () => undefined],
  ['an empty file', () => ''],
  ['an empty object', () => '{}'],
  ['other settings', () => '{\n  "theme": "dark",\n  "list": [1, 2]\n}\n'],
  [
    'other servers',
    ({ keys }) =>
      `{\n  ${listed(keys, '{\n    "theirs": { "command": "x", "env": { "KEY": "secret" } }\n  }')}\n}\n`,
  ],
  ['tabs', ({ keys }) => `{\n\t"a": 1,\n\t${listed(keys, '{\n\t\t"b": {}\n\t}')}\n}\n`],
  [
    'Windows line breaks',
    ({ keys }) => `{\r\n  ${listed(keys, '{\r\n    "b": {}\r\n  }')}\r\n}\r\n`,
  ],
  ['a byte-order mark', ({ keys }) => `\ufeff{\n  ${listed(keys, '{}')}\n}\n`],
  ['no line break at the end', ({ keys }) => `{\n    ${listed(keys, '{}')}\n}`],
  ['one line', ({ keys }) => `{${listed(keys, '{"b":{"command":"x"}}')}}`],
  [
    'comments and trailing commas',
    ({ keys }) =>
      `// mine\n{\n  /* all */ ${listed(keys, '{ // servers\n    "b": {}, // last\n    // end\n  }')}, // more\n}\n// done\n`,
  ],
  ['comments alone', () => '// nothing yet\n'],
];
