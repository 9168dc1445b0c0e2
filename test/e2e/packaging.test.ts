import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getMcpConfigForManifest } from '@anthropic-ai/mcpb';
import { publint } from 'publint';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { bundle } from '../../scripts/bundle.ts';
import { packMcpb, runMcpb } from '../../scripts/packaging/mcpb.ts';
import { pluginFolder } from '../../scripts/packaging/server-files.ts';
import { callTool } from '../support/in-memory.ts';
import { plainEnvironment } from '../support/program.ts';
import { connectTo, startSchema } from '../support/start-command.ts';

/*
 * What is handed out works without the project around it: unpacked or copied to an empty folder, started
 * as clients start it.
 */

const folder = mkdtempSync(join(tmpdir(), 'packaging-'));
afterAll(() => rmSync(folder, { recursive: true }));

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** The license in the folder of a package. */
function licenseOf(name: string): string {
  const at = `node_modules/${name}`;
  const file = readdirSync(at).find((each) => /^licen[cs]e/i.test(each));
  return file === undefined ? '' : readFileSync(join(at, file), 'utf8');
}

/**
 * Lines of comments that say who wrote something. One regular expression from a page of answers is no
 * package; what a license file beside the source has is in the notices.
 */
const claiming =
  /^.*(?:copyright ?(?:\(c\)|[\dA-Z])|\/\*!(?!.*LEGAL\.txt)|(?:adapted|derived|copied|ported) from(?! https:\/\/stackoverflow)).*$/gim;

/** Whether a claim names someone, or something, that a package names as its own. */
function namesOneOf(claim: string, own: string): boolean {
  const words = claim.match(/[\p{L}-]{3,}/gu) ?? [];
  const general =
    /^(?:copyright|all|the|and|license[ds]?|mit|from|adapted|derived|under|apache|inc)$/i;
  return words.some((word) => !general.test(word) && own.includes(word));
}

/** Starts a server, and expects it to list its tools and to answer a call. @returns the tools' names. */
async function expectToServe(start: z.infer<typeof startSchema>): Promise<string[]> {
  const client = await connectTo(start, folder);
  const { tools } = await client.listTools();
  // The small space, for which the sandbox computes next to nothing.
  const { error, text } = await callTool(client, 'list_audiences', { spaceId: 'spa_shop_staging' });
  expect(error).toBeUndefined();
  expect(JSON.parse(text).audiences.length).toBeGreaterThan(0);
  await client.close();
  return tools.map(({ name }) => name);
}

describe('the .mcpb', () => {
  const unpacked = join(folder, 'unpacked');
  const options = { extensionPath: unpacked, systemDirs: {}, pathSeparator: '/' };

  /** What a host starts after its user has filled in these fields and left all others as they were. */
  async function startedWith(userConfig: Record<string, boolean>) {
    const manifest = z.any().parse(readJson(join(unpacked, 'manifest.json')));
    return startSchema.parse(await getMcpConfigForManifest({ ...options, manifest, userConfig }));
  }

  test('is packed by the official tool, which finds nothing wrong, and unpacked again', () => {
    const file = packMcpb({ owner: undefined, published: false }, folder);
    expect(runMcpb('info', file)).toContain(`${packageJson.name}-${packageJson.version}.mcpb`);
    runMcpb('unpack', file, unpacked);
    const icon = readFileSync(join(unpacked, 'icon.png'));
    expect([icon.toString('latin1', 1, 4), icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([
      ...['PNG', 512, 512],
    ]);
  });

  test('starts with all fields untouched but the sandbox, and offers no tool that writes', async () => {
    const start = await startedWith({ sandbox: true });
    expect(start.env).toMatchObject({
      SEGMENT_API_TOKEN: '${user_config.api_token}',
      SEGMENT_SPACE_ID: '${user_config.space_id}',
      SEGMENT_READ_ONLY: 'true',
    });
    expect(await expectToServe(start)).not.toContain('create_audience');
  });

  test('offers the tools that write if the user switches read-only off', async () => {
    const start = await startedWith({ sandbox: true, read_only: false });
    expect(await expectToServe(start)).toContain('create_audience');
  });

  test('starts if really nothing is filled in, and says where to enter the token', async () => {
    const start = await startedWith({});
    expect(start.env?.SEGMENT_API_TOKEN).toBe('${user_config.api_token}');
    const client = await connectTo(start, folder);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toContain('find_audiences');
    expect(names).not.toContain('create_audience');
    const { error } = await callTool(client, 'list_audiences', { spaceId: 'spa_1' });
    expect(error).toMatchObject({
      code: 'unauthorized',
      next: expect.stringContaining('settings'),
    });
    const query = "event('Shoes Bought').count() >= 1";
    const checked = await callTool(client, 'check_audience_query', { query });
    expect(JSON.parse(checked.text)).toMatchObject({ valid: true });
    await client.close();
  });

  test.each([
    [
      'the absence of that setting',
      { SEGMENT_START_WITHOUT_TOKEN: '' },
      /No token: set SEGMENT_API_TOKEN .*--sandbox/,
    ],
    [
      'a token that is none',
      { SEGMENT_API_TOKEN: '"sgp_abcdefgh"' },
      /SEGMENT_API_TOKEN has quotes/,
    ],
    [
      'a fence with its placeholder',
      { SEGMENT_READ_ONLY: '${user_config.read_only}' },
      /SEGMENT_READ_ONLY .*restriction/,
    ],
  ])('does not start because of %s', async (_, change, message) => {
    const { args, env } = await startedWith({});
    const { status, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: plainEnvironment({ ...env, ...change }),
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('a plugin or extension of this checkout', () => {
  const copied = join(folder, 'plugin');
  cpSync(pluginFolder, copied, { recursive: true });
  const sandbox = { SEGMENT_SANDBOX: '1' };
  const serversSchema = z.looseObject({
    mcpServers: z.looseObject({ 'segment-audiences': startSchema }),
  });

  test.each([
    ['Claude Code', join(copied, '.mcp.json'), '${CLAUDE_PLUGIN_ROOT}', copied],
    ['Cursor and others', join(copied, 'mcp.json'), '${PLUGIN_ROOT}', copied],
    ['Codex', join(copied, '.codex-mcp.json'), './', `${copied}/`],
    ['Gemini CLI', 'gemini-extension.json', '${extensionPath}', process.cwd()],
  ])('starts in %s', async (_, file, root, path) => {
    const { mcpServers } = serversSchema.parse(readJson(file));
    const { command, args } = mcpServers['segment-audiences'];
    const started = args.map((argument) => argument.replace(root, path));
    expect(started).not.toEqual(args);
    await expectToServe({ command, args: started, env: sandbox });
  });
});

describe('the documents on the bundled packages', async () => {
  const { inputs, files, program, vendors } = await bundle();
  const pattern = /^node_modules\/((?:@[^/]+\/)?[^/]+)\/(?:.*node_modules\/)?/;
  const names = new Set(inputs.flatMap((file) => pattern.exec(file)?.[1] ?? []));
  const billSchema = z.looseObject({
    bomFormat: z.literal('CycloneDX'),
    specVersion: z.literal('1.6'),
    version: z.literal(1),
    metadata: z.object({
      lifecycles: z.array(z.strictObject({ phase: z.literal('build') })),
      component: z.looseObject({
        type: z.literal('application'),
        name: z.literal(packageJson.name),
        version: z.literal(packageJson.version),
      }),
    }),
    components: z.array(
      z.strictObject({
        type: z.literal('library'),
        'bom-ref': z.string(),
        name: z.string(),
        version: z.string().optional(),
        scope: z.literal('required'),
        hashes: z
          .tuple([
            z.strictObject({
              alg: z.literal('SHA-512'),
              content: z.string().regex(/^[0-9a-f]{128}$/),
            }),
          ])
          .optional(),
        licenses: z.tuple([z.strictObject({ license: z.strictObject({ id: z.string() }) })]),
        purl: z
          .string()
          .regex(/^pkg:(?:npm|github|generic)\/(?:(?:%40)?[\w.-]+\/)?[\w.-]+(?:@v?\d[\w.-]*)?$/),
      }),
    ),
    dependencies: z.array(
      z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()).optional() }),
    ),
  });
  const bill = billSchema.parse(readJson('dist/sbom.cdx.json'));

  test('is about the files that dist has', () => {
    expect(names.size).toBeGreaterThan(5);
    for (const [name, content] of files) {
      expect(readFileSync(join('dist', name)).equals(content)).toBe(true);
    }
  });

  test('leaves what few servers need to files of others, which it loads when it first needs them', () => {
    expect(program.loadedLater.filter((file) => !vendors.has(file))).toEqual([]);
    for (const [file, content] of vendors) {
      expect(files.has(file)).toBe(true);
      expect(content.length).toBeGreaterThan(0);
      const others = /^(?:node_modules|scripts\/shims)\//;
      expect(content.filter((input) => !others.test(input))).toEqual([]);
      const name = file.slice('vendor/'.length, -'.js'.length);
      const own = `node_modules/${name}/`;
      expect(program.inputs.filter((input) => input.startsWith(own))).toEqual([]);
      const load = createRequire(import.meta.url);
      const built = Object.keys(load(`../../dist/${file}`));
      expect(built).toEqual(expect.arrayContaining(Object.keys(load(name))));
    }
  });

  const notices = readFileSync('dist/THIRD-PARTY-NOTICES.txt', 'utf8');
  const listed = bill.components.map(({ name }) => name);

  test('is complete in the bill of materials', () => {
    expect(listed).toEqual(expect.arrayContaining([...names]));
    for (const { name, version, licenses, purl, hashes } of bill.components) {
      if (!hashes) continue;
      const folderOf = `node_modules/${name}/package.json`;
      expect(readJson(folderOf)).toMatchObject({ version, license: licenses[0].license.id });
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
    }
    const installed = bill.components.filter(({ hashes }) => hashes).map(({ name }) => name);
    expect(installed).toEqual(expect.arrayContaining([...names]));
  });

  /*
   * Packages contain others: bundled before they were published, or copied by hand. What shows it is
   * looked for here anew, in the sources of everything that is bundled.
   */
  const sources = inputs.filter((file) => file.startsWith('node_modules/'));
  const contentOf = (file: string) => readFileSync(file, 'utf8');
  const ownerOf = (file: string) => pattern.exec(file)?.[1] ?? '';
  /** The names after the last node_modules/ of each path. */
  const namedIn = (text: string) => {
    const paths = text.match(/[^\s"'\\,]*node_modules\/[^\s"'\\,]+/g) ?? [];
    return paths.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '');
  };

  test('includes the packages that the comments of bundlers and source maps name', () => {
    const named = sources.flatMap((file) => {
      const regions = contentOf(file).match(/^\s*\/\/#region .*$/gm) ?? [];
      const map = existsSync(`${file}.map`) ? z.any().parse(readJson(`${file}.map`)).sources : [];
      return namedIn([...regions, ...map].join('\n'));
    });
    expect(named).toEqual(expect.arrayContaining(['@dagrejs/graphlib', 'content-type']));
    expect(named.filter((name) => !listed.includes(name))).toEqual([]);
  });

  test('includes what is compiled to WebAssembly', () => {
    // In base64, and the beginning of a file of its own.
    const compiled = sources.filter((file) => /AGFzbQ|^\0asm/.test(contentOf(file)));
    expect(compiled.length).toBeGreaterThan(0);
    const isListed = (file: string) =>
      listed.some((name) => name !== ownerOf(file) && file.includes(`/${name}/`));
    expect(compiled.filter((file) => !isListed(file))).toEqual([]);
    expect(listed).toContain('llhttp');
  });

  test('includes code whose comments name other authors than those of its package', () => {
    const foreign = sources.flatMap((file) => {
      const comments = contentOf(file).match(/\/\*[\s\S]*?\*\/|\/\/.*$/gm) ?? [];
      const text = comments.join('\n').replaceAll(/\/\*!\s*\n\s*\*/g, '/*!');
      const owner = ownerOf(file);
      const { author } = z.any().parse(readJson(`node_modules/${owner}/package.json`));
      const own = `${owner} ${JSON.stringify(author)} ${licenseOf(owner)}`;
      const others = (text.match(claiming) ?? []).filter((claim) => !namesOneOf(claim, own));
      return others.length === 0 ? [] : [{ file, owner, others, text: text.toLowerCase() }];
    });
    const lowered = listed.map((name) => name.toLowerCase());
    const unlisted = foreign.filter(
      ({ owner, text }) => !lowered.some((name) => name !== owner && text.includes(name)),
    );
    expect(unlisted.map(({ file, others }) => [file, ...others])).toEqual([]);
    const owners = new Set(foreign.map(({ owner }) => owner));
    expect(owners).toEqual(
      new Set(['@modelcontextprotocol/server', 'cluster-key-slot', 'ioredis', 'undici', 'zod']),
    );
  });

  test('is not a validator that nothing uses', () => {
    expect(listed.filter((name) => /ajv|fast-uri|json-schema-traverse/.test(name))).toEqual([]);
  });

  test('holds together in the bill of materials', () => {
    const references = bill.components.map((component) => component['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
    const [self, ...others] = bill.dependencies;
    expect(self?.dependsOn).toEqual(references);
    expect(others.map(({ ref }) => ref)).toEqual(references);
    for (const { dependsOn = [] } of others) {
      expect(references).toEqual(expect.arrayContaining(dependsOn));
    }
  });

  test('is updated together: the bot has the direct ones in one group', () => {
    const text = readFileSync('.github/dependabot.yml', 'utf8');
    const [, group = ''] = /\n {6}bundled:\n {8}patterns:\n((?: {10}- .*\n)+)/.exec(text) ?? [];
    const grouped = [...group.matchAll(/- "?([^"\n]+)"?/g)].map(([, name]) => name);
    const direct = Object.keys(packageJson.devDependencies).filter((name) => names.has(name));
    expect(grouped.sort()).toEqual(direct.sort());
  });

  test('is complete in the notices, with the text of each license', () => {
    const each = notices.split(/^-{72}$/m);
    const noticed = each.map((notice) => /^\s*(\S+)(?: \S+)? \(\S+\)\n/.exec(notice)?.[1]);
    expect(noticed.sort()).toEqual([...listed].sort());
    for (const notice of each) expect(notice).toMatch(/copyright|permission/i);
  });

  test('keeps each line on copyright of its sources in the notices', () => {
    const lines = sources.flatMap(
      (file) => contentOf(file).match(/copyright ?(?:\(c\)|\d|the ).*/gi) ?? [],
    );
    expect(lines.length).toBeGreaterThan(10);
    const kept = notices.toLowerCase();
    const lost = lines.filter((line) => !kept.includes(line.trimEnd().toLowerCase()));
    expect(lost).toEqual([]);
  });
});

test('publint finds nothing in the package', async () => {
  const { messages } = await publint({ pkgDir: '.', strict: true });
  expect(messages).toEqual([]);
});
