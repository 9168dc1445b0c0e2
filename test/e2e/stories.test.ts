import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Fault, type Sandbox, type SandboxRequest, start } from '../../src/sandbox/start.ts';
import { tools } from '../../src/tools/registry.ts';
import { callTool } from '../support/in-memory.ts';
import { plenty, plentyFlags } from '../support/plenty.ts';
import { type Session, startSession } from '../support/program.ts';
import { rawRequest } from '../support/raw-http.ts';
import { environmentFor } from '../support/rig.ts';
import { changing, finding, maxCalls, stories } from './stories/index.ts';
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

interface Stage extends AsyncDisposable {
  sandbox: Sandbox;
  session: Session;
  /** The tools that have been called. */
  called: string[];
}

/** @param unlimited for many stories, which share the quotas. */
async function startStage(
  { args = [], failed = [], world: seed = world }: Story,
  unlimited = false,
): Promise<Stage> {
  const limits = unlimited ? plenty : {};
  const sandbox = await start({ seed, faults: failing(failed), limits });
  const environment = environmentFor(sandbox.url, sandbox.spaces[0]?.id ?? '');
  const flags = [...args, ...(unlimited ? plentyFlags : [])];
  const session = await startSession(flags, environment);
  return {
    sandbox,
    session,
    called: countToolCalls(session.client),
    async [Symbol.asyncDispose]() {
      await session.close();
      await sandbox.close();
    },
  };
}

async function tellOn({ sandbox, session, called }: Stage, story: Story): Promise<void> {
  const call: Scene['call'] = (tool, given = {}) => callTool(session.client, tool, { ...given });
  called.length = 0;
  await story.tell({ call, expect, ...lookInto(sandbox) });
  expect(called).toEqual(story.tools);
  expect(called.length).toBeLessThanOrEqual(maxCalls);
}

const titled = (told: readonly Story[]) => told.map((story) => [story.request, story] as const);

describe('in at most three calls: what changes nothing', () => {
  /** One for all that need the same. */
  const stages = new Map<string, Promise<Stage>>();
  afterAll(async () => {
    for (const stage of stages.values()) await (await stage)[Symbol.asyncDispose]();
  });

  test.each(titled(finding))('%s', async (_, story) => {
    const key = JSON.stringify([story.args, story.failed, story.world]);
    const stage = stages.get(key) ?? startStage(story, true);
    stages.set(key, stage);
    await tellOn(await stage, story);
  });
});

describe.concurrent('in at most three calls, agreement included: what changes something', () => {
  test.each(titled(changing))('%s', async (_, story) => {
    await using stage = await startStage(story);
    await tellOn(stage, story);
  });
});

test('what changes nothing leaves everything as it is', () => {
  const writing = tools.filter(({ hints }) => !hints.readOnlyHint).map(({ name }) => name);
  expect(finding.flatMap((story) => story.tools).filter((name) => writing.includes(name))).toEqual(
    [],
  );
});

test('no request is there twice, and there are enough of them', () => {
  const requests = stories.map(({ request }) => request);
  expect(new Set(requests).size).toBe(requests.length);
  expect(requests.length).toBeGreaterThanOrEqual(24);
});
