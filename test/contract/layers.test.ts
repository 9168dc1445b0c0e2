import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const { dirname } = posix;

import ts from 'typescript';
import { describe, expect, test } from 'vitest';

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
    'config.ts',
    'commands',
    'help.ts',
    'http-config.ts',
    'safety/state-folder.ts',
    'serve-http.ts',
    'services.ts',
    'transports',
    'telemetry',
    'version.ts',
    'visible.ts',
  ],
  // What browsers run.
  app: ['query'],
  'served-page.ts': [],
  'cli.ts': [
    'config.ts',
    'commands/app.ts',
    'commands/check.ts',
    'commands/doctor.ts',
    'commands/keys.ts',
    'commands/sandbox.ts',
    'commands/setup/command.ts',
    'query/suggest.ts',
    'segment/contract.ts',
    'segment/models',
    'sandbox/editions.ts',
    'settings.ts',
    'usage.ts',
    'node:util',
  ],
  'usage.ts': ['http-settings.ts', 'sandbox/editions.ts', 'segment/models', 'settings.ts'],
  'help.ts': ['commands/clients/table.ts', 'settings.ts', 'usage.ts', 'version.ts'],
  'config.ts': [
    'audit-path.ts',
    'file-setting.ts',
    'given.ts',
    'http-config.ts',
    'keys-of-secret.ts',
    'log.ts',
    'misnamed.ts',
    'offered.ts',
    'safety/agreement.ts',
    'sandbox/spaces.ts',
    'segment/contract.ts',
    'segment/editions/editions.ts',
    'segment/policy.ts',
    'segment/proxy.ts',
    'settings.ts',
    'tools/query-check.ts',
    'tools/registry.ts',
  ],
  'file-setting.ts': ['decode-text.ts', 'settings.ts', 'slips.ts', 'system-reason.ts', 'node:fs'],
  'http-address.ts': [],
  'http-settings.ts': ['http-address.ts', 'settings.ts', 'zod'],
  'http-config.ts': [
    'file-setting.ts',
    'given.ts',
    'http-address.ts',
    'http-settings.ts',
    'settings.ts',
  ],
  access: [
    'clock.ts',
    'config.ts',
    'decode-text.ts',
    'http-address.ts',
    'http-config.ts',
    'log.ts',
    'query/suggest.ts',
    'safety/agreement.ts',
    'segment/editions/editions.ts',
    'settings.ts',
    'slips.ts',
    'system-reason.ts',
    'tools/registry.ts',
    'tools/tool.ts',
    'zod',
    'jose',
    'node:crypto',
    'node:fs/promises',
    'node:path',
  ],
  'given.ts': ['settings.ts', 'slips.ts'],
  'offered.ts': ['config.ts', 'tools/registry.ts'],
  'misnamed.ts': ['given.ts', 'http-settings.ts', 'nearest.ts', 'settings.ts'],
  'decode-text.ts': [],
  'slips.ts': [],
  'audit-path.ts': ['system-reason.ts', 'node:fs', 'node:path'],
  'settings.ts': [
    'audit-path.ts',
    'keys-of-secret.ts',
    'log.ts',
    'query/suggest.ts',
    'safety/agreement.ts',
    'segment/contract.ts',
    'segment/editions/editions.ts',
    'segment/ids.ts',
    'tools/query-check.ts',
    'tools/registry.ts',
    'zod',
    'node:path',
  ],
  commands: [
    'access',
    'audit-path.ts',
    'clock.ts',
    'config.ts',
    'connect.ts',
    'decode-text.ts',
    'given.ts',
    'help.ts',
    'http-address.ts',
    'http-config.ts',
    'http-settings.ts',
    'project.ts',
    'query/index.ts',
    'query/suggest.ts',
    'redact.ts',
    'replicas/redis/link.ts',
    'safety/state-folder.ts',
    'sandbox/count.ts',
    'sandbox/start.ts',
    'served-page.ts',
    'segment/api.ts',
    'segment/call.ts',
    'segment/contract.ts',
    'segment/editions',
    'segment/errors.ts',
    'settings.ts',
    'slips.ts',
    'system-reason.ts',
    'tools/query-check.ts',
    'usage.ts',
    'version.ts',
    'visible.ts',
    'jsonc-parser',
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
    'config.ts',
    'log.ts',
    'mcp/tools.ts',
    'replicas/shared-state.ts',
    'services.ts',
    'session.ts',
    'telemetry/observer.ts',
  ],
  'services.ts': [
    'audit-path.ts',
    'clock.ts',
    'config.ts',
    'connect.ts',
    'keys-of-secret.ts',
    'log.ts',
    'redact.ts',
    'replicas/shared-state.ts',
    'safety',
    'segment/api.ts',
    'space',
    'telemetry',
  ],
  'session.ts': [
    'config.ts',
    'log.ts',
    'mcp',
    'offered.ts',
    'resources',
    'safety',
    'segment',
    'services.ts',
    'telemetry/observer.ts',
    'tools',
    'version.ts',
  ],
  'guests.ts': ['access/call-rate.ts', 'safety/seen.ts', 'segment/errors.ts'],
  'serve-http.ts': [
    'access',
    'clock.ts',
    'compose.ts',
    'config.ts',
    'guests.ts',
    'http-address.ts',
    'http-config.ts',
    'keys-of-secret.ts',
    'replicas',
    'safety/state-folder.ts',
    'served-page.ts',
    'services.ts',
    'system-reason.ts',
    'log.ts',
    'telemetry',
    'tools/registry.ts',
    'transports',
    'node:http',
  ],
  'connect.ts': [
    'clock.ts',
    'config.ts',
    'log.ts',
    'redact.ts',
    'sandbox/start.ts',
    'segment',
    'telemetry/observer.ts',
    'version.ts',
  ],
  'clock.ts': [],
  'nearest.ts': [],
  'redact.ts': [],
  'visible.ts': [],
  'shorten.ts': ['json-length.ts', 'visible.ts'],
  'json-length.ts': ['visible.ts'],
  'system-reason.ts': [],
  'log.ts': ['redact.ts', 'visible.ts'],
  'version.ts': ['../package.json'],
  'project.ts': ['version.ts'],
  transports: [
    'http-address.ts',
    'log.ts',
    'mcp',
    'replicas/bus.ts',
    'served-page.ts',
    'visible.ts',
    '@modelcontextprotocol/sdk',
    'zod',
    'node:events',
    'node:http',
    'node:net',
  ],
  mcp: [
    'telemetry/observer.ts',
    'tools',
    'resources',
    'safety/agreement.ts',
    'segment/call.ts',
    'segment/contract.ts',
    'segment/editions/editions.ts',
    'segment/errors.ts',
    'segment/policy.ts',
    'clock.ts',
    'log.ts',
    'nearest.ts',
    'redact.ts',
    'visible.ts',
    '@modelcontextprotocol/sdk',
    'node:events',
    'zod',
  ],
  resources: ['query', 'node:fs/promises', 'node:path'],
  telemetry: ['clock.ts', 'version.ts', '@opentelemetry/api', 'node:perf_hooks'],
  tools: [
    'json-length.ts',
    'nearest.ts',
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
    'shorten.ts',
    'space',
    'visible.ts',
    'zod',
  ],
  safety: [
    'audit-path.ts',
    'clock.ts',
    'query',
    'redact.ts',
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
    'shorten.ts',
    'space',
    'system-reason.ts',
    'visible.ts',
    'node:fs/promises',
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
    'nearest.ts',
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
    'segment/space.ts',
    'visible.ts',
  ],
  segment: [
    'clock.ts',
    'log.ts',
    'redact.ts',
    'telemetry/observer.ts',
    'visible.ts',
    'zod',
    'undici',
    'bottleneck',
    'node:net',
    'node:zlib',
  ],
  query: [],
  sandbox: ['clock.ts', 'query', 'zod', 'node:http', 'node:events'],
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
  ['bottleneck', ['segment/quota/queue.ts']],
  ['ioredis', ['replicas/redis/link.ts']],
  ['jsonc-parser', ['commands/clients/json-file.ts']],
  ['jose', ['access/oauth.ts']],
  ['@opentelemetry/api', ['telemetry/opentelemetry.ts']],
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
    'commands/lazy.ts',
    'commands/setup.ts',
    'help.ts',
    'access/open-access.ts',
    'commands/keys.ts',
    'jose',
    'ioredis',
    'jsonc-parser',
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

/** The imports that run when the file is loaded: neither dynamic ones nor those of types alone. */
function staticImports(file: string): string[] {
  if (!imports.has(file)) return [];
  const source = ts.createSourceFile(
    file,
    readFileSync(join('src', file), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    if (ts.isImportDeclaration(statement) && statement.importClause?.isTypeOnly) return [];
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
    const name = moduleSpecifier.text;
    return [name.startsWith('.') ? posix.join(dirname(file), name) : name];
  });
}
