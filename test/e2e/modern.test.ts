import type { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, start } from '../../src/sandbox/start.ts';
import { Checkpoint, HoldingServer } from '../support/holding-server.ts';
import type { Answering } from '../support/in-memory.ts';
import {
  createModernClient,
  envelope,
  type ModernOptions,
  modernVersion,
} from '../support/modern.ts';
import { mainFile, plainEnvironment, RawProgram } from '../support/program.ts';
import { environmentFor } from '../support/rig.ts';
import { recentPeople } from '../support/shared-people.ts';

/*
 * The protocol from 2026-07-28 on, on stdin and stdout of the built program.
 */

const id = 'aud_000000011';
const space = 'spa_shop_staging';
const remove = { name: 'remove_audience_from_space', arguments: { id } };
const agreeing: Answering = () => ({ action: 'accept', content: { agree: true } });

let sandbox: Sandbox;
let upstream: HoldingServer;

beforeEach(async () => {
  sandbox = await start({ people: recentPeople });
  upstream = await HoldingServer.start(sandbox.url);
});

afterEach(async () => {
  await upstream[Symbol.asyncDispose]();
  await sandbox.close();
});

describe("a client of the SDK's second version", () => {
  let client: Client;
  afterEach(() => client.close());

  async function connect(options: ModernOptions): Promise<void> {
    client = createModernClient(options);
    const env = plainEnvironment(environmentFor(upstream.url, space));
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [mainFile],
      env,
      stderr: 'ignore',
    });
    await client.connect(transport);
  }

  test.each<{ mode: ModernOptions['mode']; era: string }>([
    { mode: 'auto', era: 'modern' },
    { mode: { pin: modernVersion }, era: 'modern' },
    { mode: 'legacy', era: 'legacy' },
  ])('lists, calls and is asked: $mode', async ({ mode, era }) => {
    const questions: string[] = [];
    await connect({
      mode,
      answering(question) {
        questions.push(question);
        return { action: 'accept', content: { agree: true } };
      },
    });
    expect(client.getProtocolEra()).toBe(era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('get_audience');
    const got = await client.callTool({ name: 'get_audience', arguments: { id } });
    expect(got.structuredContent).toMatchObject({ audience: { id } });
    const failed = await client.callTool({ name: 'get_audience', arguments: { id: 'aud_none' } });
    expect(failed.content).toMatchObject([{ text: expect.stringContaining('not_found') }]);
    await expect(client.callTool({ name: 'none' })).rejects.toThrow('Unknown tool: none.');
    const removed = await client.callTool(remove);
    expect(removed.structuredContent).toMatchObject({ status: 'SUCCESS' });
    expect(questions).toHaveLength(1);
    expect(sandbox.members(space, id)).toBeUndefined();
  });

  test('cancels a call, and can use the server further', async () => {
    await connect({ answering: agreeing });
    const checkpoint = new Checkpoint();
    upstream.beforeRequest = () => checkpoint.pass();
    const controller = new AbortController();
    const call = client.callTool(remove, { signal: controller.signal });
    await checkpoint.reached;
    controller.abort('enough');
    await expect(call).rejects.toThrow('enough');
    checkpoint.release();
    expect((await client.listTools()).tools).not.toEqual([]);
    expect(sandbox.members(space, id)).toBeDefined();
  });
});

describe('the first request decides', () => {
  let program: RawProgram;

  beforeEach(() => {
    program = new RawProgram([], environmentFor(upstream.url, space));
  });
  afterEach(async () => {
    program.child.stdin.end();
    expect((await program.exit()).code).toBe(0);
  });

  const modern = (number: number, method: string, params: object = {}) =>
    program.send({ id: number, method, params: { ...params, _meta: envelope() } });
  const older = {
    id: 50,
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'test', version: '0' },
    },
  };

  test('but for a probe, after which a client may turn to initialize', async () => {
    modern(1, 'server/discover');
    program.send(older);
    expect((await program.answer(1)).result).toMatchObject({ supportedVersions: [modernVersion] });
    expect((await program.answer(50)).result).toMatchObject({ protocolVersion: '2025-11-25' });
    program.send({ method: 'notifications/initialized' });
    program.send({ id: 51, method: 'ping' });
    expect((await program.answer(51)).result).toEqual({});
    modern(52, 'server/discover');
    expect((await program.answer(52)).error).toMatchObject({ code: -32_601 });
  });

  test('and keeps to what it was', async () => {
    modern(1, 'tools/list');
    expect((await program.answer(1)).result).toMatchObject({ resultType: 'complete' });
    program.send(older);
    expect((await program.answer(50)).error).toMatchObject({ code: -32_022 });
    modern(2, 'subscriptions/listen', { notifications: {} });
    expect((await program.answer(2)).error).toMatchObject({ code: -32_601 });
    for (const [number, method] of ['ping', 'initialize'].entries()) {
      modern(10 + number, method);
      expect((await program.answer(10 + number)).error).toMatchObject({ code: -32_601 });
    }
  });

  test('and ends a call with a question, which the next one answers', async () => {
    modern(1, 'tools/call', remove);
    const { result } = await program.answer(1);
    expect(result).toMatchObject({ resultType: 'input_required' });
    const inputResponses = { agreement: { action: 'accept', content: { agree: true } } };
    modern(2, 'tools/call', { ...remove, inputResponses, requestState: 'forged' });
    expect((await program.answer(2)).error).toMatchObject({ code: -32_602 });
    expect(sandbox.members(space, id)).toBeDefined();
    const { requestState } = Object(result);
    modern(3, 'tools/call', { ...remove, inputResponses, requestState });
    expect((await program.answer(3)).result).toMatchObject({ resultType: 'complete' });
    expect(sandbox.members(space, id)).toBeUndefined();
  });
});
