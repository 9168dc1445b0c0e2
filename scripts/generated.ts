import { readFileSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };
import type { Place } from '../src/commands/clients/place.ts';
import { remoteFormOf } from '../src/commands/clients/remote.ts';
import { type Client, clients, isEditable } from '../src/commands/clients/table.ts';
import { httpSettingList } from '../src/config/http-settings.ts';
import { type Setting, settings } from '../src/config/settings.ts';
import { prompts } from '../src/prompts/registry.ts';
import { functionTables, languageRules } from '../src/query/cheat-sheet.ts';
import { resources, resourceTemplates } from '../src/resources/registry.ts';
import { type MetricRow, metrics } from '../src/telemetry/metrics-table.ts';
import { registry, tools } from '../src/tools/registry.ts';
import type { Tool } from '../src/tools/tool.ts';
import { defaultToolsets, isToolset } from '../src/tools/toolsets.ts';
import { stories } from '../test/e2e/stories/index.ts';
import { define } from './define.ts';
import { listFile, listModule } from './listed-tools.ts';
import { codeOwners } from './packaging/addresses.ts';
import { badges } from './packaging/badges.ts';
import { dockerfile } from './packaging/dockerfile.ts';
import { installLinks } from './packaging/install-links.ts';
import { pluginFiles, skillName } from './packaging/plugin.ts';
import {
  conductReports,
  issueConfig,
  issueConfigFile,
  vulnerabilityReports,
} from './packaging/reporting.ts';
import { pluginFolder } from './packaging/server-files.ts';
import {
  commandInShell,
  freshClone,
  otherWays,
  programOfSetup,
  setupByNpx,
  setupCommand,
} from './packaging/setup-text.ts';
import { skill } from './packaging/skill.ts';
import { smallIconPixels, smallIconUri } from './packaging/small-icon.ts';
import { linksOf, type Project, project } from './project.ts';

/**
 * Everything in the repository that is generated from the code: path from the project's root to
 * content. `npm run generate` writes it, and a test fails if a file differs.
 *
 * @param of who publishes it.
 */
export function generatedFiles(of: Project = project): Map<string, string> {
  const files = new Map<string, string>();
  const sections = {
    'README.md': {
      badges: badges(of),
      'install links': installLinks(of),
      clone: freshClone(of),
      'set-up command': setupCommand(of),
      'command in your shell': commandInShell(of),
      summary: toolSummary(),
    },
    'SECURITY.md': { reports: vulnerabilityReports(of) },
    'CODE_OF_CONDUCT.md': { reports: conductReports(of) },
    'docs/tools.md': { tools: toolSection() },
    'docs/metrics.md': { metrics: metricTable() },
    'docs/options.md': {
      options: optionTable(Object.values(settings)),
      'http options': optionTable(httpSettingList),
    },
    'docs/everyday-requests.md': { requests: requestTable() },
    'docs/setup.md': {
      program: programOfSetup(of),
      npx: setupByNpx(of),
      clients: clientTable(),
      'other ways': otherWays(of),
    },
    'docs/prompts.md': { prompts: promptTable(), templates: templateTable() },
    'docs/query-language.md': { rules: languageRules(), functions: functionTables('###') },
  };
  for (const [file, contents] of Object.entries(sections))
    files.set(file, withSections(file, contents));
  files.set(listFile, listModule());
  files.set('src/mcp/definitions.ts', definitionsModule());
  files.set('src/mcp/icon.ts', iconModule());
  files.set(`${pluginFolder}/skills/${skillName}/SKILL.md`, skill());
  files.set('package.json', json({ ...withoutAddresses(packageJson), ...linksOf(of) }));
  for (const [file, content] of pluginFiles(of)) files.set(file, json(content));
  files.set('Dockerfile', dockerfile(of));
  files.set(issueConfigFile, issueConfig(of));
  const owners = codeOwners(of);
  if (owners !== undefined) files.set('.github/CODEOWNERS', owners);
  for (const tool of tools) {
    files.set(`test/contract/tools/${tool.name}.json`, json(sortKeys(define(tool))));
  }
  return files;
}

/** JSON as `npm` writes it, and the formatter leaves it. */
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** package.json without the fields that are generated from src/project.ts. */
function withoutAddresses(manifest: object): object {
  const made = ['repository', 'bugs', 'homepage', 'mcpName'];
  return Object.fromEntries(Object.entries(manifest).filter(([field]) => !made.includes(field)));
}

/**
 * The definitions as JSON in code. Making them from the schemas at every start would take 4 ms, and
 * compiling them as objects 1 ms more than parsing them.
 */
function definitionsModule(): string {
  const lines = tools.map((tool) =>
    JSON.stringify(define(tool)).replace(/[\\`]|\$(?=\{)/g, '\\$&'),
  );
  return `import type { Tool } from '@modelcontextprotocol/sdk/types.js';

/*
 * Generated from the tools by \`npm run generate\`; do not edit.
 */

/** The tools as \`tools/list\` shows them, with their schemas as JSON Schema draft-07. */
export const definitions: readonly Tool[] = JSON.parse(\`[
${lines.join(',\n')}
]\`);
`;
}

function iconModule(): string {
  const size = `${smallIconPixels}x${smallIconPixels}`;
  return `/*
 * Generated by \`npm run generate\`; do not edit.
 */

/** The server's icon, for clients that show one; scripts/packaging/small-icon.ts draws it. */
export const icon = {
  src: '${smallIconUri()}',
  mimeType: 'image/png',
  sizes: ['${size}'],
};
`;
}

/** A file with its generated sections replaced. */
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

/** The tools by toolset, with the first sentence of each. */
function toolSummary(): string {
  const rows = Object.entries(registry).flatMap(([toolset, members]) =>
    members.map(({ name, description }, index) => {
      const first = /^.*?[.;:](?= )/.exec(description)?.[0] ?? description;
      const sentence = `${first.slice(0, -1)}.`;
      return `| ${index === 0 ? code(toolset) : ''} | ${code(name)} | ${cell(sentence)} |`;
    }),
  );
  return `| set | tool | what it does |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function toolSection(): string {
  return Object.entries(registry)
    .map(([toolset, members]) => {
      const standing = isToolset(toolset) && defaultToolsets.includes(toolset) ? 'on' : 'off';
      const sections = members.map(toolReference).join('\n');
      return `### Toolset ${code(toolset)} (${standing} by default)\n\n${sections}`;
    })
    .join('\n');
}

function toolReference(tool: Tool): string {
  const inputs = Object.entries(define(tool).inputSchema.properties ?? {}).map(([name, schema]) =>
    inputRow(name, schema, tool),
  );
  const outputs = Object.keys(tool.output().shape).map((name) => `\`${name}\``);
  return `#### \`${tool.name}\`

${tool.description}

_${hintWords(tool)}_. Returns ${outputs.join(', ')}.

| input | | meaning |
|---|---|---|
${inputs.join('\n')}
`;
}

function hintWords({ hints }: Tool): string {
  if (hints.readOnlyHint) return 'Reads';
  return hints.destructiveHint ? 'Changes or deletes' : 'Adds';
}

function inputRow(name: string, schema: object, tool: Tool): string {
  const required = define(tool).inputSchema.required?.includes(name) ? 'required' : '';
  const meaning = 'description' in schema ? String(schema.description) : '';
  const standard = 'default' in schema ? ` (default ${JSON.stringify(schema.default)})` : '';
  return `| \`${name}\` | ${required} | ${cell(meaning + standard)} |`;
}

function requestTable(): string {
  const rows = stories.map(({ request, tools: called }) => {
    const names = called.map((name) => code(name)).join(', ');
    return `| ${cell(request)} | ${called.length} | ${names} |`;
  });
  return `| request | calls | tools |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function promptTable(): string {
  const rows = prompts.map(({ name, description, arguments: list, needs }) => {
    const named = list.map((each) => (each.required ? code(each.name) : `${code(each.name)}?`));
    const groups = needs.map((group) => group.map(code).join(' or ')).join(', and ');
    return `| ${code(name)} | ${cell(description)} | ${named.join(', ')} | ${groups} |`;
  });
  return `| prompt | what it is for | arguments | offered with |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function templateTable(): string {
  const rows = [
    ...resources.map(({ uri, description }) => [code(uri), cell(description), 'always']),
    ...resourceTemplates.map(({ uriTemplate, description, sameAs }) => [
      code(uriTemplate),
      cell(description),
      sameAs.map(code).join(' or '),
    ]),
  ];
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return `| resource | what it holds | offered with |\n|---|---|---|\n${lines.join('\n')}\n`;
}

function metricTable(): string {
  const rows = Object.values<MetricRow>(metrics)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, type, labels, help }) => {
      const named = labels.map(code).join(', ');
      return `| ${code(name)} | ${type} | ${named || '–'} | ${cell(help)} |`;
    });
  return `| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function optionTable(list: readonly Setting<unknown>[]): string {
  const rows = list.map(({ flag, argument, env, meaning, fallback }) => {
    const usage = flag === undefined ? '–' : code(`--${flag}${argument ? ` ${argument}` : ''}`);
    const standard = fallback === undefined ? '' : code(fallback.replaceAll(',', ', '));
    return `| ${usage} | ${code(env)} | ${cell(meaning)} | ${standard} |`;
  });
  return `| flag | environment | meaning | default |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** Machines whose folders are replaced by the names that readers know. */
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
    return `| ${title} | \`${id}\` | ${filesOf(client)} | ${under} | ${way}${own} | ${remoteWayOf(id)} | ${cell(afterwards)} |`;
  });
  return `| client | CLIENT | file | under | by setup | with \`--http\` | afterwards |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function remoteWayOf(id: string): string {
  const form = remoteFormOf(id);
  if ('why' in form) return 'no';
  return form.noKey === undefined ? 'yes' : 'without `--key-env`';
}

function writtenBy(client: Client): string {
  if (machines.every(({ place }) => client.files(place).length === 0)) return 'steps shown';
  return isEditable(client) ? 'written' : 'shown';
}

/**
 * The file on each platform; a single one if its path below the home folder is the same everywhere.
 */
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
