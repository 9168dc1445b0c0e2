import { readFileSync } from 'node:fs';
import type { Place } from '../src/commands/clients/place.ts';
import { type Client, clients, isEditable } from '../src/commands/clients/table.ts';
import { functionTables, languageRules } from '../src/query/cheat-sheet.ts';
import { type Setting, settings } from '../src/settings.ts';
import { tools } from '../src/tools/registry.ts';
import type { Tool } from '../src/tools/tool.ts';
import { define } from './define.ts';

/**
 * Everything in the repository that is made from the code: path from the project's root to
 * content. `npm run generate` writes it, and a test fails where a file differs.
 */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const sections = {
    'README.md': { tools: toolSection(), options: optionTable() },
    'docs/setup.md': { clients: clientTable() },
    'docs/query-language.md': { rules: languageRules(), functions: functionTables('###') },
  };
  for (const [file, contents] of Object.entries(sections))
    files.set(file, withSections(file, contents));
  files.set('src/mcp/definitions.ts', definitionsModule());
  for (const tool of tools) {
    files.set(
      `test/contract/tools/${tool.name}.json`,
      `${JSON.stringify(sortKeys(define(tool)), null, 2)}\n`,
    );
  }
  return files;
}

/** The definitions as code: to make them from the schemas at every start would take 4 ms. */
function definitionsModule(): string {
  const lines = tools.map((tool) => `  ${JSON.stringify(define(tool))},`);
  return `import type { Tool } from '@modelcontextprotocol/sdk/types.js';

/*
 * Made by \`npm run generate\` from the tools; not to be edited.
 */

/** The tools as \`tools/list\` shows them, with their schemas as JSON Schema draft-07. */
export const definitions: readonly Tool[] = [
${lines.join('\n')}
];
`;
}

/** A file with the sections replaced that are made from the code. */
function withSections(file: string, contents: Readonly<Record<string, string>>): string {
  let document = readFileSync(file, 'utf8');
  for (const [name, content] of Object.entries(contents)) {
    const [start, end] = [`<!-- generated: ${name} -->\n`, '<!-- end of generated -->'];
    const from = document.indexOf(start) + start.length;
    const to = document.indexOf(end, from);
    if (from < start.length || to === -1) throw new Error(`${file} has no section ${name}`);
    document = `${document.slice(0, from)}\n${content}\n${document.slice(to)}`;
  }
  return document;
}

function toolSection(): string {
  return tools
    .map((tool) => {
      const inputs = Object.entries(define(tool).inputSchema.properties ?? {}).map(
        ([name, schema]) => inputRow(name, schema, tool),
      );
      const outputs = Object.keys(tool.output().shape).map((name) => `\`${name}\``);
      return `### \`${tool.name}\`

${tool.description}

_${hintWords(tool)}_ · gives ${outputs.join(', ')}

| input | | meaning |
|---|---|---|
${inputs.join('\n')}
`;
    })
    .join('\n');
}

function hintWords({ hints }: Tool): string {
  if (hints.readOnlyHint) return 'Only reads';
  return hints.destructiveHint ? 'Changes or destroys what is there' : 'Adds';
}

function inputRow(name: string, schema: object, tool: Tool): string {
  const required = define(tool).inputSchema.required?.includes(name) ? 'required' : '';
  const meaning = 'description' in schema ? String(schema.description) : '';
  const standard = 'default' in schema ? ` (default ${JSON.stringify(schema.default)})` : '';
  return `| \`${name}\` | ${required} | ${cell(meaning + standard)} |`;
}

function optionTable(): string {
  const rows = Object.values(settings).map(
    ({ flag, argument, env, meaning, fallback }: Setting<unknown>) => {
      const usage = flag === undefined ? '–' : code(`--${flag}${argument ? ` ${argument}` : ''}`);
      const standard = fallback === undefined ? '' : code(fallback.replaceAll(',', ', '));
      return `| ${usage} | ${code(env)} | ${cell(meaning)} | ${standard} |`;
    },
  );
  return `| flag | environment | meaning | default |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** Machines whose folders are replaced by what a reader calls them. */
const machines: readonly { name: string; place: Place; folders: Record<string, string> }[] = [
  {
    name: 'macOS',
    place: { platform: 'darwin', environment: {}, home: '/home', cwd: '.' },
    folders: { '/home': '~' },
  },
  {
    name: 'Linux',
    place: { platform: 'linux', environment: {}, home: '/home', cwd: '.' },
    folders: { '/home': '~' },
  },
  {
    name: 'Windows',
    place: { platform: 'win32', environment: { APPDATA: 'C:\\DATA' }, home: 'C:\\HOME', cwd: '.' },
    folders: { 'C:\\HOME': '%USERPROFILE%', 'C:\\DATA': '%APPDATA%' },
  },
];

function clientTable(): string {
  const rows = clients.map((client) => {
    const { id, title, keys, isList, add, afterwards } = client;
    const way = writtenBy(client);
    const under = `\`${keys.join('.')}\`${isList ? ' (a list)' : ''}`;
    const own = add ? ', or its own command' : '';
    return `| ${title} | \`${id}\` | ${filesOf(client)} | ${under} | ${way}${own} | ${cell(afterwards)} |`;
  });
  return `| client | CLIENT | file | under | by setup | afterwards |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function writtenBy(client: Client): string {
  if (machines.every(({ place }) => client.files(place).length === 0)) return 'steps shown';
  return isEditable(client) ? 'written' : 'shown';
}

/** The file on each platform; one for all where it has the same place under the home. */
function filesOf({ files }: Client): string {
  const named = machines.flatMap(({ name, place, folders }) => {
    const [file] = files(place);
    if (file === undefined) return [];
    const [folder = '', word = ''] =
      Object.entries(folders).find(([each]) => file.startsWith(each)) ?? [];
    return [{ name, file: word + file.slice(folder.length) }];
  });
  const alike = new Set(
    named.map(({ file }) => file.replaceAll('\\', '/').replace('%USERPROFILE%', '~')),
  );
  const [only] = alike;
  if (only === undefined) return '–';
  if (alike.size === 1 && named.length === machines.length) return code(only);
  return named.map(({ name, file }) => `${name} ${code(file)}`).join(' · ');
}

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string) => `\`${cell(text)}\``;

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
