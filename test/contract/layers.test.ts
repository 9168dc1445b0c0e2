import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const { dirname } = posix;

import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { syntaxOf } from '../support/syntax.ts';

/*
 * Imports point one way: main -> compose -> transports -> mcp -> tools -> safety -> segment, query.
 */

/** Each file in src, and everything that it imports, as paths below src or package names. */
const imports = new Map(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replaceAll('\\', '/'))
    .map((file) => {
      const { importedFiles } = ts.preProcessFile(
        readFileSync(join('src', file), 'utf8'),
        true,
        true,
      );
      const targets = importedFiles.map(({ fileName }) =>
        fileName.startsWith('.') ? posix.join(dirname(file), fileName) : fileName,
      );
      return [file, targets] as const;
    }),
);

/** What the files of a layer may import from outside it. A file at the top is a layer of its own. */
const allowed: Record<string, string[]> = {
  'main.ts': [
    'cli.ts',
    'clock.ts',
    'compose.ts',
    'config/config.ts',
    'commands',
    'help.ts',
    'config/http-config.ts',
    'safety/state-folder.ts',
    'serve-http.ts',
    'services.ts',
    'transports',
    'telemetry',
    'version.ts',
    'text',
  ],
  // What browsers run.
  app: ['query'],
  'served-page.ts': [],
  'cli.ts': [
    'config',
    'commands/app.ts',
    'commands/check.ts',
    'commands/doctor.ts',
    'commands/graph.ts',
    'commands/keys.ts',
    'commands/pictures/run.ts',
    'commands/sandbox.ts',
    'commands/setup/command.ts',
    'query/suggest.ts',
    'segment/contract.ts',
    'segment/models',
    'sandbox/editions.ts',
    'usage.ts',
    'version.ts',
    'node:util',
  ],
  'usage.ts': [
    'config/http-settings.ts',
    'sandbox/editions.ts',
    'segment/models',
    'config/settings.ts',
  ],
  'help.ts': ['commands/clients/table.ts', 'config/settings.ts', 'usage.ts', 'version.ts'],
  config: [
    'log.ts',
    'once.ts',
    'safety/agreement.ts',
    'safety/audit-path.ts',
    'sandbox/spaces.ts',
    'segment/contract.ts',
    'segment/editions/editions.ts',
    'segment/policy.ts',
    'segment/proxy.ts',
    'tools/query-check.ts',
    'tools/toolsets.ts',
    'text',
    'node:fs',
    'zod',
    'node:path',
    'query/suggest.ts',
    'segment/ids.ts',
  ],
  access: [
    'clock.ts',
    'config',
    'text',
    'log.ts',
    'query/suggest.ts',
    'safety/agreement.ts',
    'segment/editions/editions.ts',
    'tools/toolsets.ts',
    'tools/tool.ts',
    'zod',
    'jose',
    'node:crypto',
    'node:fs/promises',
    'node:path',
  ],
  text: [],
  commands: [
    'cli.ts',
    'access',
    'config',
    'clock.ts',
    'connect.ts',
    'text',
    'help.ts',
    'pictures',
    'project.ts',
    'query/index.ts',
    'query/suggest.ts',
    'replicas/redis/link.ts',
    'safety/audit-path.ts',
    'safety/owner.ts',
    'safety/state-folder.ts',
    'sandbox/count.ts',
    'sandbox/spaces.ts',
    'sandbox/start.ts',
    'served-page.ts',
    'segment/api.ts',
    'segment/call.ts',
    'segment/contract.ts',
    'segment/editions',
    'segment/errors.ts',
    'segment/fetch-by-proxy.ts',
    'space',
    'tools/query-check.ts',
    'usage.ts',
    'version.ts',
    'jsonc-parser',
    'smol-toml',
    'yaml',
    'zod',
    'node:child_process',
    'node:events',
    'node:fs',
    'node:fs/promises',
    'node:os',
    'node:path',
    'node:readline',
    'node:stream/consumers',
    'node:url',
    'node:util',
  ],
  'compose.ts': [
    'clock.ts',
    'config/config.ts',
    'log.ts',
    'mcp/server.ts',
    'mcp/tools.ts',
    'replicas/shared-state.ts',
    'services.ts',
    'session.ts',
    'telemetry/observer.ts',
  ],
  'services.ts': [
    'config',
    'clock.ts',
    'connect.ts',
    'log.ts',
    'text',
    'replicas/shared-state.ts',
    'safety',
    'segment/api.ts',
    'space',
    'telemetry',
  ],
  'session.ts': [
    'config/config.ts',
    'log.ts',
    'mcp',
    'config/offered.ts',
    'prompts',
    'resources',
    'safety',
    'segment',
    'services.ts',
    'telemetry/observer.ts',
    'tool-calls.ts',
    'tools/toolsets.ts',
  ],
  'tool-calls.ts': ['config/config.ts', 'mcp/tools.ts', 'safety', 'segment', 'tools'],
  'guests.ts': ['access/call-rate.ts', 'safety/seen.ts', 'segment/errors.ts'],
  'serve-http.ts': [
    'access',
    'clock.ts',
    'compose.ts',
    'config',
    'guests.ts',
    'replicas',
    'safety/state-folder.ts',
    'served-page.ts',
    'segment/fetch-by-proxy.ts',
    'services.ts',
    'text',
    'log.ts',
    'resources/registry.ts',
    'telemetry',
    'tools/toolsets.ts',
    'transports',
    'node:http',
  ],
  'connect.ts': [
    'clock.ts',
    'config/config.ts',
    'log.ts',
    'text',
    'sandbox/start.ts',
    'segment',
    'telemetry/observer.ts',
    'version.ts',
  ],
  'clock.ts': [],
  'log.ts': ['text'],
  'version.ts': ['../package.json'],
  'project.ts': ['version.ts'],
  transports: [
    'config/http-address.ts',
    'log.ts',
    'mcp',
    'replicas/bus.ts',
    'served-page.ts',
    'text',
    '@modelcontextprotocol/sdk',
    'zod',
    'node:events',
    'node:http',
    'node:net',
  ],
  mcp: [
    'telemetry/observer.ts',
    'tools',
    'prompts',
    'resources',
    'safety/agreement.ts',
    'safety/refused-agreement.ts',
    'segment/call.ts',
    'segment/contract.ts',
    'segment/editions/editions.ts',
    'segment/errors.ts',
    'segment/ids.ts',
    'segment/policy.ts',
    'space/suggestions.ts',
    'clock.ts',
    'log.ts',
    'text',
    'project.ts',
    'version.ts',
    '@modelcontextprotocol/sdk',
    '@modelcontextprotocol/server',
    'node:events',
    'zod',
  ],
  pictures: ['text', 'space', '@dagrejs/dagre'],
  prompts: ['text'],
  resources: [
    'pictures',
    'text',
    'query',
    'safety/meaning.ts',
    'safety/thing.ts',
    'segment/api.ts',
    'segment/call.ts',
    'segment/models',
    'space',
    'node:fs/promises',
    'node:path',
  ],
  telemetry: ['clock.ts', 'version.ts', '@opentelemetry/api', 'node:perf_hooks'],
  tools: [
    'once.ts',
    'text',
    'query',
    'safety',
    'segment/api.ts',
    'segment/asked-for.ts',
    'segment/call.ts',
    'segment/contract.ts',
    'segment/cursors.ts',
    'segment/editions',
    'segment/errors.ts',
    'segment/ids.ts',
    'segment/models',
    'segment/policy.ts',
    'space',
    'zod',
  ],
  safety: [
    'clock.ts',
    'query',
    'text',
    'replicas/locks.ts',
    'replicas/used-values.ts',
    'segment/api.ts',
    // These are pure and import nothing.
    'segment/base-url.ts',
    'segment/ids.ts',
    'segment/names.ts',
    'segment/call.ts',
    'segment/contract.ts',
    'segment/editions/row.ts',
    'segment/errors.ts',
    'segment/models',
    'segment/read-traits.ts',
    'segment/space.ts',
    'segment/wait.ts',
    'space',
    'node:fs',
    'node:fs/promises',
    'node:path',
  ],
  replicas: [
    'clock.ts',
    'log.ts',
    'segment/base-url.ts',
    'segment/errors.ts',
    'segment/quota',
    'space/previews.ts',
    'ioredis',
    'zod',
  ],
  space: [
    'clock.ts',
    'text',
    'query',
    'segment/api.ts',
    'segment/asked-for.ts',
    'segment/call.ts',
    'segment/contract.ts',
    'segment/cursors.ts',
    'segment/editions/editions.ts',
    'segment/errors.ts',
    'segment/ids.ts',
    'segment/models',
    'segment/names.ts',
    'segment/space.ts',
    // Only to let many requests wait for one signal.
    'node:events',
  ],
  segment: [
    'clock.ts',
    'log.ts',
    'text',
    'telemetry/observer.ts',
    'zod',
    'undici',
    'bottleneck',
    'node:net',
    'node:zlib',
  ],
  query: [],
  sandbox: ['clock.ts', 'once.ts', 'query', 'zod', 'node:http', 'node:events'],
};

const layerOf = (path: string) => path.split('/')[0] ?? path;

const permits = (rule: string, target: string) => target === rule || target.startsWith(`${rule}/`);

describe.each([...imports])('src/%s', (file, targets) => {
  test('imports only what its layer may', () => {
    const layer = layerOf(file);
    const rules = allowed[layer] ?? [];
    const own = file.includes('/') ? [layer, ...rules] : rules;
    const strays = targets.filter((target) => !own.some((rule) => permits(rule, target)));
    expect(strays).toEqual([]);
  });
});

test.each([
  ['undici', ['segment/http.ts']],
  ['@dagrejs/dagre', ['pictures/layout.ts']],
  ['bottleneck', ['segment/quota/queue.ts']],
  ['ioredis', ['replicas/redis/link.ts']],
  ['jsonc-parser', ['commands/clients/json-edits.ts', 'commands/clients/json-tree.ts']],
  ['jose', ['access/oauth.ts']],
  ['smol-toml', ['commands/clients/text-entry.ts']],
  ['yaml', ['commands/clients/text-entry.ts']],
  ['@opentelemetry/api', ['telemetry/opentelemetry.ts']],
  ['@modelcontextprotocol/server', ['mcp/modern.ts']],
  ['@modelcontextprotocol/server/stdio', ['mcp/modern.ts']],
])('only one file imports %s', (name, expected) => {
  const importers = [...imports].filter(([, targets]) => targets.includes(name));
  expect(importers.map(([file]) => file)).toEqual(expected);
});

test('what is slow to import is imported by a file that is itself imported when first needed', () => {
  const eager = new Set<string>();
  const visit = (file: string) => {
    if (eager.has(file)) return;
    eager.add(file);
    for (const target of staticImports(file)) visit(target);
  };
  visit('main.ts');
  expect(eager).toContain('mcp/server.ts');
  for (const slow of [
    'undici',
    'bottleneck',
    'sandbox/start.ts',
    'commands/check.ts',
    'commands/clients/table.ts',
    'commands/doctor.ts',
    'commands/graph.ts',
    'commands/lazy.ts',
    'commands/report.ts',
    'commands/setup.ts',
    'prompts/routines.ts',
    'prompts/text.ts',
    'resources/audience-page.ts',
    'resources/overview-page.ts',
    'safety/bulk.ts',
    'safety/write.ts',
    'space/review.ts',
    'space/suggestions.ts',
    'tool-calls.ts',
    'tools/registry.ts',
    'help.ts',
    'access/open-access.ts',
    'commands/keys.ts',
    'jose',
    'ioredis',
    'jsonc-parser',
    'smol-toml',
    'yaml',
    'mcp/modern.ts',
    '@modelcontextprotocol/server',
    '@dagrejs/dagre',
    'pictures/svg.ts',
    'telemetry/metrics.ts',
    'telemetry/opentelemetry.ts',
    '@opentelemetry/api',
    'segment/client.ts',
    'node:http',
    'node:fs/promises',
  ]) {
    expect(eager).not.toContain(slow);
  }
});

test('no module keeps state at its top level, apart from what runs on a page', () => {
  const files = [...imports.keys()].filter((file) => !file.startsWith('app/'));
  const keeping = files.filter((file) =>
    statementsOf(file)
      .filter(ts.isVariableStatement)
      .some(({ declarationList }) => {
        const isFixed = (declarationList.flags & ts.NodeFlags.Const) !== 0;
        return !isFixed || declarationList.declarations.some(isEmptyCollection);
      }),
  );
  expect(files.length).toBeGreaterThan(300);
  expect(keeping).toEqual([]);
});

/** Whether a collection is made empty, so that it is there to be filled; one of a stated type is a constant. */
function isEmptyCollection({ initializer, type }: ts.VariableDeclaration): boolean {
  if (type || !initializer || !ts.isNewExpression(initializer)) return false;
  const { expression, arguments: given = [] } = initializer;
  const collections = ['Map', 'Set', 'WeakMap', 'WeakSet'];
  return given.length === 0 && ts.isIdentifier(expression) && collections.includes(expression.text);
}

function statementsOf(file: string): readonly ts.Statement[] {
  return syntaxOf(join('src', file)).statements;
}

/** The imports that run when the file is loaded: neither dynamic ones nor those of types alone. */
function staticImports(file: string): string[] {
  if (!imports.has(file)) return [];
  return statementsOf(file).flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    if (ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly) return [];
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
    const name = moduleSpecifier.text;
    return [name.startsWith('.') ? posix.join(dirname(file), name) : name];
  });
}
