import {
  Client as NewClient,
  StreamableHTTPClientTransport as NewTransport,
} from '@modelcontextprotocol/client';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Changes } from '../support/changes.ts';
import { Checkpoint } from '../support/holding-server.ts';
import { HttpScene, id, space } from '../support/http-scene.ts';
import { type Answering, callTool } from '../support/in-memory.ts';
import { beginSession, post } from '../support/mcp-post.ts';
import { LocalBus, type Replica } from '../support/replica.ts';
import { RoundRobin } from '../support/round-robin.ts';
import { connectOver } from '../support/team-server.ts';

/*
 * Two replicas that know nothing of each other but the messages between them, behind a load balancer
 * that sends every request to the other one.
 */

const scene = new HttpScene();

let replicas: Replica[];
let balancer: RoundRobin;
let bus: LocalBus;
let clients: Client[];

beforeEach(async () => {
  bus = new LocalBus();
  replicas = [
    await scene.startReplica({}, { bus: bus.member() }),
    await scene.startReplica({}, { bus: bus.member() }),
  ];
  balancer = await RoundRobin.start(replicas.map(({ origin }) => origin));
  clients = [];
});

afterEach(async () => {
  for (const client of clients) await client.close();
  await balancer[Symbol.asyncDispose]();
});

async function connect(answering?: Answering): Promise<Client> {
  const client = await connectOver(balancer.url, { answering });
  clients.push(client);
  return client;
}

describe('two replicas', () => {
  test('serve one session together', async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('find_audiences');
    for (let call = 0; call < 4; call += 1) {
      const result = await client.callTool({ name: 'get_audience', arguments: { id } });
      expect(result.structuredContent).toMatchObject({ audience: { id } });
    }
    expect(new Set(balancer.routed)).toEqual(new Set([0, 1]));
  });

  test('ask the user through one, and get the answer through the other', async () => {
    const questions: string[] = [];
    const client = await connect((question) => {
      questions.push(question);
      return { action: 'accept', content: { agree: true } };
    });
    const result = await client.callTool({
      name: 'remove_audience_from_space',
      arguments: { id },
    });
    expect(result.isError).toBeFalsy();
    expect(questions).toHaveLength(1);
    expect(bus.messages.map(({ kind }) => kind)).toEqual(['answer']);
    expect(scene.sandbox.members(space, id)).toBeUndefined();
  });

  test('take an answer to a question only from the session that was asked', async () => {
    const client = await connect(() => ({ action: 'decline' }));
    const stranger = await beginSession(replicas[0]?.origin ?? '');
    const statuses: number[] = [];
    client.setRequestHandler(ElicitRequestSchema, async (_, { requestId }) => {
      const result = { action: 'accept', content: { agree: true } };
      for (const { origin } of replicas) {
        const forged = { jsonrpc: '2.0', id: requestId, result };
        const { status } = await post(origin, forged, { 'mcp-session-id': stranger });
        statuses.push(status);
      }
      return { action: 'cancel' };
    });
    const { error } = await callTool(client, 'remove_audience_from_space', { id });
    // Nobody learns whether there was such a question.
    expect(statuses).toEqual([202, 202]);
    expect(error?.code).toBe('confirmation_required');
    expect(scene.sandbox.members(space, id)).toBeDefined();
  });

  test('cancel a call that the other one runs', async () => {
    const checkpoint = new Checkpoint();
    scene.upstream.beforeRequest = () => checkpoint.pass();
    const client = await connect();
    const controller = new AbortController();
    const call = client.callTool({ name: 'get_audience', arguments: { id } }, undefined, {
      signal: controller.signal,
    });
    await checkpoint.reached;
    const [runsIt = 0] = balancer.routed.slice(-1);
    balancer.next = 1 - runsIt;
    controller.abort('enough');
    await expect(call).rejects.toThrow('enough');
    await replicas[runsIt]?.logged('cancelled');
    expect(bus.messages.map(({ kind }) => kind)).toEqual(['cancel']);
    checkpoint.release();
  });

  test('report progress to whoever asked for it', async () => {
    const client = await connect();
    const changes = new Changes();
    const reports: string[] = [];
    const checkpoint = new Checkpoint();
    scene.upstream.beforeRequest = () => checkpoint.pass();
    const call = client.callTool({ name: 'get_audience', arguments: { id } }, undefined, {
      onprogress: ({ message }) => {
        reports.push(message ?? '');
        changes.happened();
      },
    });
    await checkpoint.reached;
    await scene.clock.advance(10_000);
    await changes.until(() => reports[0]);
    expect(reports[0]).toBe('get_audience is running');
    checkpoint.release();
    await call;
  });
});

describe("a client of the SDK's second version that speaks the older protocol", () => {
  test('lists, calls, and is asked', async () => {
    const questions: string[] = [];
    const client = new NewClient(
      { name: 'test', version: '0' },
      {
        capabilities: { elicitation: {} },
        versionNegotiation: { mode: 'legacy' },
      },
    );
    client.setRequestHandler('elicitation/create', ({ params }) => {
      questions.push(params.message);
      return { action: 'accept', content: { agree: true } };
    });
    await client.connect(new NewTransport(new URL(balancer.url)));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('get_audience');
    const got = await client.callTool({ name: 'get_audience', arguments: { id } });
    expect(got.structuredContent).toMatchObject({ audience: { id } });
    const removed = await client.callTool({
      name: 'remove_audience_from_space',
      arguments: { id },
    });
    expect(removed.isError).toBeFalsy();
    expect(questions).toHaveLength(1);
    expect(scene.sandbox.members(space, id)).toBeUndefined();
    expect(new Set(balancer.routed)).toEqual(new Set([0, 1]));
    await client.close();
  });
});
