import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { start } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { packInto } from '../support/pack.ts';
import { plainEnvironment } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';

/*
 * The ways in which users start the program.
 */

const entrySchema = z.strictObject({
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).optional(),
});
/** A space for which the sandbox computes next to nothing. */
const small = 'spa_shop_staging';
const { mcpServers } = z
  .strictObject({ mcpServers: z.record(z.string(), entrySchema) })
  .parse(JSON.parse(readFileSync('mcp.json', 'utf8')));

/** Starts an entry of mcp.json as it stands, expanding `${NAME}` as clients do. */
async function startEntry(name: string, environment: Record<string, string>): Promise<Client> {
  const entry = entrySchema.parse(mcpServers[name]);
  const env = Object.entries(entry.env ?? {}).map(([key, value]) => [
    key,
    value.replace(/\$\{(\w+)\}/g, (placeholder, variable) => environment[variable] ?? placeholder),
  ]);
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(
    new StdioClientTransport({
      ...entry,
      env: { ...plainEnvironment(environment), ...Object.fromEntries(env) },
    }),
  );
  return client;
}

describe('mcp.json', () => {
  test('has a sandbox entry that works as it stands', async () => {
    const client = await startEntry('segment-audiences-sandbox', {});
    const { error, text } = await callTool(client, 'list_audiences', { spaceId: small });
    expect(error).toBeUndefined();
    expect(JSON.parse(text).audiences.length).toBeGreaterThan(0);
    await client.close();
  });

  test('has a live entry that works with a token in the environment', async () => {
    const sandbox = await start({ edition: 'v1alpha' });
    const environment = environmentFor(sandbox.url, small);
    const client = await startEntry('segment-audiences', environment);
    const { error, text } = await callTool(client, 'list_audiences');
    expect(error).toBeUndefined();
    expect(JSON.parse(text).audiences.length).toBeGreaterThan(0);
    await client.close();
    await sandbox.close();
  });
});

describe('the package', () => {
  test('runs with npx in an empty folder, and holds only what it needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'package-'));
    const { tarball, paths } = packInto(folder);
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/THIRD-PARTY-NOTICES.txt',
        'dist/sbom.cdx.json',
        'dist/query.d.ts',
        'dist/sandbox.d.ts',
        'dist/main.js',
        'dist/program.js',
      ]),
    );
    expect(paths.some((path) => /^(src|test|bench|scripts|packaging)\//.test(path))).toBe(false);
    // One file of declarations for each public entry.
    expect(paths.filter((path) => path.endsWith('.d.ts'))).toHaveLength(2);

    const client = new Client({ name: 'test', version: '0' });
    await client.connect(
      new StdioClientTransport({
        command: 'npx',
        args: ['--yes', '--package', tarball, 'segment-audiences-mcp', '--sandbox'],
        cwd: folder,
        env: plainEnvironment(),
        stderr: 'ignore',
      }),
    );
    const { error } = await callTool(client, 'list_audiences', { spaceId: small });
    expect(error).toBeUndefined();
    await client.close();
    rmSync(folder, { recursive: true });
  });
});
