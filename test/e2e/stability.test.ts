import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { start } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { mainFile, plainEnvironment, startSession } from '../support/program.ts';
import { folderOfReleases, readSurface } from '../support/released.ts';
import { environmentFor } from '../support/rig.ts';
import { connectTo, startSchema } from '../support/start-command.ts';

/*
 * Today's program starts with what was written for every released version, and ends as it did then.
 */

const folder = mkdtempSync(join(tmpdir(), 'stability-'));
afterAll(() => rmSync(folder, { recursive: true }));
const filesSchema = z.object({ mcpServers: z.record(z.string(), startSchema) });

/** The small space, for which the sandbox computes next to nothing. */
const space = 'spa_shop_staging';

describe.each(readdirSync(folderOfReleases))('what was written for %s', async (version) => {
  const { flags, exitCodes } = readSurface(version);
  const file = join(folderOfReleases, version, 'mcp.json');
  const { mcpServers } = filesSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

  test.each(Object.entries(mcpServers))('mcp.json starts %s', async (name, entry) => {
    const sandbox = await start();
    const environment = environmentFor(sandbox.url, space);
    const expand = (value: string) =>
      value.replace(/\$\{(\w+)\}/g, (unset, variable) => environment[variable] ?? unset);
    const live = Object.entries(entry.env ?? {}).map(([key, value]) => [key, expand(value)]);
    const env = name.endsWith('sandbox') ? {} : { ...environment, ...Object.fromEntries(live) };
    const client = await connectTo({ ...entry, env }, process.cwd());
    const { error, text } = await callTool(client, 'list_audiences', { spaceId: space });
    expect(error).toBeUndefined();
    expect(JSON.parse(text).audiences.length).toBeGreaterThan(0);
    await client.close();
    await sandbox.close();
  });

  test('every flag at once starts it, and nothing of them is ignored', async () => {
    const given = Object.entries(flags).filter(([flag]) => flag !== 'api-url');
    const args = given.flatMap(([flag, value]) => [
      `--${flag}`,
      ...(value === null ? [] : [flag === 'audit-log' ? join(folder, value) : value]),
    ]);
    await using session = await startSession(args);
    const { error } = await callTool(session.client, 'list_audiences');
    expect(error).toBeUndefined();
    expect(session.stderr()).not.toContain('ignored');
  });

  test('--api-url, which the sandbox excludes, starts it', async () => {
    const sandbox = await start();
    const { SEGMENT_API_URL: url = '', ...rest } = environmentFor(sandbox.url, space);
    await using session = await startSession(['--api-url', url], rest);
    expect((await callTool(session.client, 'list_audiences')).error).toBeUndefined();
    await sandbox.close();
  });

  test.each(Object.entries(exitCodes))('it ends with exit code %s as then', (code, args) => {
    const options = { env: plainEnvironment(), input: '' };
    const { status } = spawnSync(process.execPath, [mainFile, ...args], options);
    expect(status).toBe(Number(code));
  });
});
