import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Fault, type Sandbox, type SandboxRequest, start } from '../../src/sandbox/start.ts';
import { callTool } from '../support/in-memory.ts';
import { startSession } from '../support/program.ts';
import { rawRequest } from '../support/raw-http.ts';
import { environmentFor } from '../support/rig.ts';
import { maxCalls, stories } from './stories/index.ts';
import type { Held, Scene, Story } from './stories/story.ts';
import { world } from './stories/world.ts';

/*
 * Everyday requests, each through a real client and the built program, by a client that can't ask: an
 * agreement costs a call of its own. Whether a request is done is asked of the sandbox, not of the tools.
 */

/** Notes the tool of every `tools/call` that a client sends. */
function countToolCalls({ transport }: Client): string[] {
  const called: string[] = [];
  if (!transport) throw new Error('The client is not connected');
  const send = transport.send.bind(transport);
  const callSchema = z.object({
    method: z.literal('tools/call'),
    params: z.object({ name: z.string() }),
  });
  transport.send = (message, options) => {
    const call = callSchema.safeParse(message);
    if (call.success) called.push(call.data.params.name);
    return send(message, options);
  };
  return called;
}

/** Lets the sandbox say that audiences have failed, which none there ever does. */
function failing(failed: readonly string[]): ((request: SandboxRequest) => Fault) | undefined {
  if (failed.length === 0) return undefined;
  const isFailed = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && 'id' in value && failed.includes(`${value.id}`);
  const alter = (body: unknown): unknown =>
    JSON.parse(JSON.stringify(body), (_, value: unknown) =>
      isFailed(value) ? { ...value, status: 'Failed' } : value,
    );
  return () => ({ kind: 'alter', alter });
}

const dataSchema = z.object({ data: z.unknown() });
const heldSchema = z.object({
  audiences: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      key: z.string(),
      enabled: z.boolean(),
      description: z.string().optional(),
      audienceType: z.string(),
      definition: z.looseObject({ query: z.string() }),
      options: z.looseObject({}).optional(),
    }),
  ),
  pagination: z.object({ next: z.string().nullish() }),
});

/** What the sandbox answers to somebody else than the program. */
function lookInto(sandbox: Sandbox): Pick<Scene, 'held' | 'read' | 'sandbox'> {
  const [first = { id: '' }] = sandbox.spaces;
  const read = async (path: string, space = first.id) => {
    // Plain JSON gets the most stable edition that an operation has.
    const headers = { authorization: 'Bearer another', accept: 'application/json' };
    const answer = await rawRequest(sandbox.url, 'GET', `/spaces/${space}${path}`, { headers });
    expect(answer.status).toBe(200);
    return dataSchema.parse(answer.body).data;
  };
  return {
    sandbox,
    read: (path) => read(path),
    async held(space) {
      const all: Held[] = [];
      for (let cursor = ''; ; ) {
        const page = `/audiences?pagination.count=200${cursor && `&pagination.cursor=${cursor}`}`;
        const { audiences, pagination } = heldSchema.parse(await read(page, space));
        all.push(...audiences);
        if (!pagination.next) return all;
        cursor = encodeURIComponent(pagination.next);
      }
    },
  };
}

/** Tells a story on a sandbox of its own. @returns the tools that were called. */
async function toolsCalled({ args = [], failed = [], ...story }: Story): Promise<string[]> {
  const sandbox = await start({ seed: story.world ?? world, faults: failing(failed) });
  try {
    const space = sandbox.spaces[0]?.id ?? '';
    await using session = await startSession([...args], environmentFor(sandbox.url, space));
    const called = countToolCalls(session.client);
    const call: Scene['call'] = (tool, given = {}) => callTool(session.client, tool, { ...given });
    await story.tell({ call, expect, ...lookInto(sandbox) });
    return called;
  } finally {
    await sandbox.close();
  }
}

describe.concurrent('in at most three calls, agreement included', () => {
  test.each(stories.map((story) => [story.request, story] as const))('%s', async (_, story) => {
    const called = await toolsCalled(story);
    expect(called).toEqual(story.tools);
    expect(called.length).toBeLessThanOrEqual(maxCalls);
  });
});

test('no request is there twice, and there are enough of them', () => {
  const requests = stories.map(({ request }) => request);
  expect(new Set(requests).size).toBe(requests.length);
  expect(requests.length).toBeGreaterThanOrEqual(24);
});
