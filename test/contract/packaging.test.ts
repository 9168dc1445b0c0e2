import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { addressesOf, codeOwners } from '../../scripts/packaging/addresses.ts';
import { dockerfile } from '../../scripts/packaging/dockerfile.ts';
import { installLinks } from '../../scripts/packaging/install-links.ts';
import { mcpbManifest } from '../../scripts/packaging/mcpb-manifest.ts';
import { pluginFiles } from '../../scripts/packaging/plugin.ts';
import { pluginFolder } from '../../scripts/packaging/server-files.ts';
import { serverJson } from '../../scripts/packaging/server-json.ts';
import { linksOf, type Project, project } from '../../scripts/project.ts';
import { type Setting, settings } from '../../src/config/settings.ts';
import { check } from '../../src/query/public.ts';
import { tools } from '../../src/tools/registry.ts';

/*
 * The ways in which the project is distributed agree with the package, the settings and each other. While
 * nobody is known to publish it, nothing names an owner or the package in the registry.
 */

const unpublished: Project = { owner: undefined, published: false };
const published: Project = { owner: 'Acme-Data', published: true };
const allSettings: readonly Setting<unknown>[] = Object.values(settings);

describe('a project without an owner', () => {
  test('has no addresses', () => {
    expect(addressesOf(unpublished)).toBeUndefined();
    expect(codeOwners(unpublished)).toBeUndefined();
    expect(JSON.stringify(mcpbManifest(unpublished))).not.toContain('github.com');
    expect(JSON.stringify([...pluginFiles(unpublished)])).not.toContain('github.com');
  });

  test('has no server.json', () => {
    expect(() => serverJson(unpublished)).toThrow('names no owner');
  });
});

describe('a project that is not in the registry', () => {
  test('has no install links, and plugins that start a build', () => {
    expect(installLinks(unpublished)).toBe('');
    expect(JSON.stringify([...pluginFiles(unpublished)])).not.toContain('npx');
  });

  const documents = ['.', 'docs', 'packaging', '.github', '.claude-plugin'].flatMap((folder) =>
    readdirSync(folder, { recursive: folder !== '.', encoding: 'utf8' })
      .map((file) => join(folder, file))
      .filter((file) => /\.(?:md|json|ya?ml)$/.test(file) && !/\bdist\b/.test(file)),
  );

  test.skipIf(project.published).each(documents)(
    'is not named as a package there by %s',
    (file) => {
      const text = readFileSync(file, 'utf8');
      // `npx segment-audiences-mcp` and the like. With --no, npx runs what is installed and fetches nothing.
      const named = text.match(
        /\b(?:npx|npm (?:i|install|exec|x)|bunx|pnpm (?:dlx|add)|yarn (?:dlx|add))(?: -(?!-no\b)[\w-]+)* segment-audiences-mcp(?![-\w]*\.tgz)/g,
      );
      expect(named ?? []).toEqual([]);
    },
  );
});

describe('a project with an owner', () => {
  test('has all its addresses made from the owner', () => {
    expect(addressesOf(published)).toEqual({
      page: 'https://github.com/Acme-Data/segment-audiences-mcp',
      issues: 'https://github.com/Acme-Data/segment-audiences-mcp/issues',
      homepage: 'https://github.com/Acme-Data/segment-audiences-mcp#readme',
      advisories: 'https://github.com/Acme-Data/segment-audiences-mcp/security/advisories/new',
      mcpName: 'io.github.Acme-Data/segment-audiences-mcp',
    });
    expect(codeOwners(published)).toBe('* @Acme-Data\n');
  });
});

const userConfigSchema = z.record(
  z.string(),
  z.looseObject({
    type: z.enum(['string', 'boolean']),
    title: z.string(),
    description: z.string(),
    required: z.literal(false),
    sensitive: z.boolean().optional(),
    default: z.union([z.string(), z.boolean()]).optional(),
  }),
);
const manifestSchema = z.looseObject({
  manifest_version: z.literal('0.3'),
  name: z.literal(packageJson.name),
  version: z.literal(packageJson.version),
  server: z.looseObject({ mcp_config: z.looseObject({ env: z.record(z.string(), z.string()) }) }),
  tools: z.array(z.looseObject({ name: z.string() })),
  compatibility: z.looseObject({
    runtimes: z.object({ node: z.literal(packageJson.engines.node) }),
  }),
  user_config: userConfigSchema,
});

describe('the manifest of the .mcpb', () => {
  const manifest = manifestSchema.parse(mcpbManifest(unpublished));
  const { env } = manifest.server.mcp_config;
  const fieldOf = (variable: string) =>
    /^\$\{user_config\.(\w+)\}$/.exec(env[variable] ?? '')?.[1] ?? 'none';

  test('asks for a token that is kept secret and may be left empty', () => {
    const field = manifest.user_config[fieldOf('SEGMENT_API_TOKEN')];
    expect(field).toMatchObject({ sensitive: true, required: false });
    expect(field).not.toHaveProperty('default');
  });

  test('starts before its user has entered a token', () => {
    expect(env.SEGMENT_START_WITHOUT_TOKEN).toBe('1');
  });

  test('is read-only unless the user says otherwise', () => {
    expect(manifest.user_config[fieldOf('SEGMENT_READ_ONLY')]?.default).toBe(true);
  });

  test('feeds settings that there are, each from a field of its own', () => {
    const known = allSettings.map((setting) => setting.env);
    expect(known).toEqual(expect.arrayContaining(Object.keys(env)));
    const { SEGMENT_START_WITHOUT_TOKEN, ...fed } = env;
    const fields = Object.keys(fed).map(fieldOf);
    expect(fields.sort()).toEqual(Object.keys(manifest.user_config).sort());
  });

  const restricting = allSettings.filter(
    ({ restricts, env: variable }) => restricts && env[variable],
  );

  test.each(restricting.map((setting) => [setting.env, setting] as const))(
    'has a default for %s, which the program takes: a placeholder would stop the start',
    (variable, { schema }) => {
      const field = manifest.user_config[fieldOf(variable)];
      expect(schema().safeParse(String(field?.default)).success).toBe(true);
    },
  );

  test('leaves out the setting that has no value for "all"', () => {
    expect(env).not.toHaveProperty('SEGMENT_ALLOWED_SPACES');
  });

  test('names tools that there are', () => {
    const known = tools.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(manifest.tools.map(({ name }) => name)));
  });
});

/*
 * The edition 2025-12-11 of server.json, as far as it is used here: all its objects are closed, so that a
 * field that it does not have is found.
 */
const transportSchema = z.strictObject({ type: z.literal('stdio') });
const variableSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  isRequired: z.boolean(),
  isSecret: z.boolean(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']),
  choices: z.array(z.string()).min(1).optional(),
  default: z.string().optional(),
});
const exactVersion = z.string().regex(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
const npmSchema = z.strictObject({
  registryType: z.literal('npm'),
  identifier: z.string(),
  version: exactVersion,
  runtimeHint: z.literal('npx'),
  transport: transportSchema,
  environmentVariables: z.array(variableSchema),
});
const mcpbSchema = z.strictObject({
  registryType: z.literal('mcpb'),
  identifier: z.url().regex(/mcp/),
  fileSha256: z.string().regex(/^[a-f0-9]{64}$/),
  transport: transportSchema,
});
const serverSchema = z.strictObject({
  $schema: z.literal(
    'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  ),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: exactVersion,
  repository: z.strictObject({ url: z.url(), source: z.literal('github') }),
  websiteUrl: z.url(),
  packages: z.tuple([npmSchema], mcpbSchema),
});

describe('server.json', () => {
  const mcpb = {
    url: 'https://github.com/Acme-Data/segment-audiences-mcp/releases/download/v1/x.mcpb',
    sha256: 'a'.repeat(64),
  };
  const server = serverSchema.parse(serverJson(published, mcpb));
  const [npm, attached] = server.packages;

  test('has the name that package.json proves to own, and its version', () => {
    expect(server.name).toBe(linksOf(published)?.mcpName);
    expect([server.version, npm.version]).toEqual([packageJson.version, packageJson.version]);
    expect(npm.identifier).toBe(packageJson.name);
  });

  test('has a variable for every setting, with its meaning, secrecy and default', () => {
    expect(npm.environmentVariables).toMatchObject(
      allSettings.map(({ env, meaning, secret = false }) => ({
        name: env,
        description: meaning,
        isSecret: secret,
        isRequired: false,
      })),
    );
    const fallbacks = npm.environmentVariables.map((variable) => variable.default);
    expect(fallbacks).toEqual(allSettings.map(({ fallback }) => fallback));
  });

  test('says which variables are paths, numbers and switches', () => {
    const names = (format: string) =>
      npm.environmentVariables.filter((each) => each.format === format).map(({ name }) => name);
    expect(names('filepath')).toEqual([
      'SEGMENT_API_TOKEN_FILE',
      'SEGMENT_MCP_SECRET_FILE',
      'SEGMENT_STATE_DIR',
      'SEGMENT_AUDIT_LOG',
    ]);
    expect(names('number')).toEqual([
      'SEGMENT_TIMEOUT_MS',
      'SEGMENT_MAX_WAIT_MS',
      'SEGMENT_PLAN_LIMIT',
    ]);
    expect(names('boolean')).toEqual([
      'SEGMENT_START_WITHOUT_TOKEN',
      'SEGMENT_SANDBOX',
      'SEGMENT_READ_ONLY',
      'SEGMENT_NO_SAMPLES',
    ]);
  });

  test('offers choices that the program takes', () => {
    for (const { choices = [], name } of npm.environmentVariables) {
      const setting = allSettings.find(({ env }) => env === name);
      for (const choice of choices) expect(setting?.schema().safeParse(choice).success).toBe(true);
    }
    expect(npm.environmentVariables.filter(({ choices }) => choices).length).toBeGreaterThan(3);
  });

  test('has the .mcpb of the release, and can be without', () => {
    expect(attached).toMatchObject({ identifier: mcpb.url, fileSha256: mcpb.sha256 });
    expect(serverSchema.parse(serverJson(published)).packages).toHaveLength(1);
  });
});

describe('the install links of a published project', () => {
  const [cursor, vsCode] = [...installLinks(published).matchAll(/\]\((https:[^)]+)\)/g)].map(
    ([, url = '']) => new URL(url),
  );
  const parameter = (url: URL | undefined, name: string) => url?.searchParams.get(name) ?? '';
  const exactly = `${packageJson.name}@${packageJson.version}`;

  test('lead Cursor to this version, with placeholders for what is secret', () => {
    const config = JSON.parse(Buffer.from(parameter(cursor, 'config'), 'base64').toString('utf8'));
    expect(config).toEqual({
      command: 'npx',
      args: ['-y', exactly],
      env: {
        SEGMENT_API_TOKEN: '${env:SEGMENT_API_TOKEN}',
        SEGMENT_SPACE_ID: '${env:SEGMENT_SPACE_ID}',
      },
    });
  });

  test('lead VS Code to this version, which asks for what is secret', () => {
    const config = JSON.parse(parameter(vsCode, 'config'));
    const inputs = JSON.parse(parameter(vsCode, 'inputs'));
    expect(config).toMatchObject({ type: 'stdio', command: 'npx', args: ['-y', exactly] });
    expect(inputs[0]).toMatchObject({ type: 'promptString', password: true });
    expect(Object.values(config.env)).toEqual(
      inputs.map(({ id }: { id: string }) => `\${input:${id}}`),
    );
  });
});

describe('the container image', () => {
  test('has labels of the owner only where there is one', () => {
    expect(dockerfile(unpublished)).not.toMatch(/github|io\.modelcontextprotocol/);
    expect(dockerfile(published)).toContain(
      'io.modelcontextprotocol.server.name="io.github.Acme-Data/segment-audiences-mcp"',
    );
  });

  test('holds the build and nothing else, and does not run as root', () => {
    const copied = dockerfile(unpublished).match(/^(?:COPY|ADD|RUN) .*/gm);
    expect(copied).toEqual(['COPY dist/ dist/']);
    expect(dockerfile(unpublished)).toMatch(/^USER 1000\n(?:#.*\n)*EXPOSE 8080\nENTRYPOINT /m);
    expect(readFileSync('.dockerignore', 'utf8')).toMatch(/^\*\n!dist$/m);
  });
});

describe('the plugin', () => {
  const files = pluginFiles(unpublished);

  test('has the version of the package in every manifest', () => {
    const versions = [...files.values()].flatMap((content) =>
      [...JSON.stringify(content).matchAll(/"version":"([^"]+)"/g)].map(([, version]) => version),
    );
    expect(versions.length).toBeGreaterThan(4);
    expect(new Set(versions)).toEqual(new Set([packageJson.version]));
  });

  test('starts this version by npx in every client once it is published', () => {
    const started = JSON.stringify([...pluginFiles(published)]).match(
      /"npx","args":\["-y","[^"]+"/g,
    );
    expect(started).toHaveLength(4);
    expect(new Set(started)).toEqual(
      new Set([`"npx","args":["-y","${packageJson.name}@${packageJson.version}"`]),
    );
  });

  test('is where the marketplace of Claude Code looks', () => {
    expect(JSON.stringify(files.get('.claude-plugin/marketplace.json'))).toContain(
      `"source":"./${pluginFolder}"`,
    );
  });

  test('lets Codex pass on every variable of the settings', () => {
    const text = JSON.stringify(files.get(`${pluginFolder}/.codex-mcp.json`));
    for (const { env } of allSettings) expect(text).toContain(`"${env}"`);
  });

  test('lets Codex pass on what else serving reads from the environment', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.ts') && !/^(?:main\.ts|commands\/|app\/)/.test(file));
    const read = sources.flatMap((file) => {
      const text = readFileSync(join('src', file), 'utf8');
      const named = [
        ...text.matchAll(/\benvironment\.(\w+_\w+|[A-Z]\w+)/g),
        ...text.matchAll(/\{ ([A-Z]\w+)(?:: \w+)? \} = environment\b/g),
        ...text.matchAll(/'(\w+_proxy)'/gi),
      ];
      return named.map(([, name = '']) => name);
    });
    const expected = [...read, 'NODE_EXTRA_CA_CERTS'];
    expect(new Set(read).size).toBeGreaterThan(7);
    const text = JSON.stringify(files.get(`${pluginFolder}/.codex-mcp.json`));
    expect(expected.filter((name) => !text.includes(`"${name}"`))).toEqual([]);
  });
});

describe('the skill', () => {
  const file = `${pluginFolder}/skills/segment-audiences/SKILL.md`;
  const text = readFileSync(file, 'utf8');

  test('is named as its folder, which clients ask for', () => {
    const [, head = ''] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
    expect(head).toMatch(/^name: segment-audiences$/m);
    const [, description = ''] = /^description: (.+)$/m.exec(head) ?? [];
    expect(description.length).toBeGreaterThan(40);
    expect(description.length).toBeLessThanOrEqual(1024);
  });

  const blocks = [...text.matchAll(/^```segment ?(\w*)\n([\s\S]*?)^```$/gm)];
  const listed = blocks.flatMap(([, level = '', lines = '']) =>
    lines
      .trim()
      .split('\n')
      .map((line) => [line, level] as const),
  );
  const inline = [
    ...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`((?:event|trait|entity)\(.*?)`/g),
  ];
  const definitions = [...listed, ...inline.map(([, line = '']) => [line, ''] as const)];

  test('has definitions of every level', () => {
    expect(new Set(listed.map(([, level]) => level))).toEqual(new Set(['', 'accounts', 'linked']));
    expect(definitions.length).toBeGreaterThan(20);
  });

  test.each(definitions)('is right that one can write %s', (definition, level) => {
    const type = level === 'accounts' || level === 'linked' ? level : 'users';
    const { valid, diagnostics } = check(definition, { type });
    expect(valid).toBe(true);
    expect(diagnostics.filter(({ severity }) => severity !== 'hint')).toEqual([]);
  });

  test('names only tools that there are', () => {
    const known = tools.map(({ name }) => name);
    const called = [...text.matchAll(/`((?:find|describe|check|preview|create|get|update)_\w+)`/g)];
    expect(called.length).toBeGreaterThan(5);
    for (const [, name = ''] of called) expect(known).toContain(name);
  });

  test('is what the extension of Gemini CLI gives as context', () => {
    expect(JSON.stringify(pluginFiles(unpublished).get('gemini-extension.json'))).toContain(file);
    expect(existsSync(file)).toBe(true);
  });
});
