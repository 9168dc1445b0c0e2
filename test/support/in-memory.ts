import { randomBytes } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Log } from '../../src/log.ts';
import { instructions } from '../../src/mcp/instructions.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import { createRedactor } from '../../src/redact.ts';
import { Confirmations } from '../../src/safety/confirmation.ts';
import { remember, SeenAudiences } from '../../src/safety/seen.ts';
import type { AudiencePage, SegmentApi } from '../../src/segment/api.ts';
import type { Audience } from '../../src/segment/entities.ts';
import { tools } from '../../src/tools/registry.ts';
import type { ToolServices } from '../../src/tools/tool.ts';

/** A token that must never come out of the server. */
export const secret = 'sgp_secretForTests';

/** An audience with all that Segment may say of one. */
export function audience(more: Partial<Audience> = {}): Audience {
  return {
    id: 'aud_1',
    spaceId: 'spa_1',
    name: 'Big spenders',
    key: 'big_spenders',
    enabled: true,
    definition: { query: "trait('total_spend') > 200", type: 'users' },
    status: 'Live',
    createdBy: 'usr_1',
    updatedBy: 'usr_1',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-02T00:00:00.000Z',
    ...more,
  };
}

/** One request that the tools made of the port: the method's name and what it was given. */
export type Asked = [method: string, ...given: unknown[]];

/** A port that notes what is asked of it and answers from `answers`. */
export function fakeApi(answers: {
  audience?: Audience | (() => Promise<Audience>);
  page?: AudiencePage;
}): { api: SegmentApi; asked: Asked[] } {
  const asked: Asked[] = [];
  const one = async () => {
    const given = answers.audience ?? audience();
    return typeof given === 'function' ? given() : given;
  };
  const api: SegmentApi = {
    createAudience(spaceId, input) {
      asked.push(['create', spaceId, input]);
      return one();
    },
    getAudience(spaceId, id) {
      asked.push(['get', spaceId, id]);
      return one();
    },
    async listAudiences(spaceId, page) {
      asked.push(['list', spaceId, page]);
      return answers.page ?? { audiences: [await one()], pagination: { next: null } };
    },
    async removeAudience(spaceId, id) {
      asked.push(['remove', spaceId, id]);
      return 'SUCCESS';
    },
    updateAudience(spaceId, id, input) {
      asked.push(['update', spaceId, id, input]);
      return one();
    },
    async preview({ operation, spaceId, ...rest }) {
      const body = 'input' in rest ? rest.input : undefined;
      return { method: operation, url: `test:${spaceId}`, headers: {}, body };
    },
    async foresee() {},
    drain() {},
    async close() {},
  };
  return { api, asked };
}

/** How a test's client answers when the server asks its user; `undefined`: it can't be asked. */
export type Answering = (question: string) => ElicitResult | Promise<ElicitResult>;

export interface ConnectOptions extends Partial<Omit<ToolServices, 'api' | 'seen'>> {
  answering?: Answering;
  askTimeoutMs?: number;
  /** What waits and keep-alives go by; the machine's own by default. */
  clock?: Clock;
  log?: Log;
}

/** A real client of the real server, in this process, on top of a port. */
export async function connect(
  api: SegmentApi,
  {
    answering,
    askTimeoutMs = 60_000,
    clock = systemClock,
    log = () => {},
    ...services
  }: ConnectOptions = {},
): Promise<Client> {
  const seen = new SeenAudiences();
  const space = services.defaultSpace;
  const policy = { readOnly: false, allowedSpaces: undefined };
  const server = createMcpServer({
    name: 'test',
    version: '0',
    instructions: instructions({
      space,
      policy,
      writes: true,
      confirm: services.confirm ?? 'none',
      perMinute: {},
    }),
    tools,
    services: {
      api: remember(api, seen),
      defaultSpace: undefined,
      queryCheck: 'error',
      confirm: 'none',
      confirmations: new Confirmations(systemClock.now, randomBytes),
      seen,
      auditLog: undefined,
      now: systemClock.now,
      ...services,
    },
    maxWaitMs: 45_000,
    askTimeoutMs,
    clock,
    redactor: createRedactor([secret]),
    log,
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = createClient(answering);
  await client.connect(ours);
  return client;
}

/** A client that declares elicitation only if it has an answer. */
export function createClient(answering?: Answering): Client {
  const capabilities = answering ? { elicitation: {} } : {};
  const client = new Client({ name: 'test', version: '0' }, { capabilities });
  if (answering) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => answering(params.message));
  }
  return client;
}

const objectSchema = z.record(z.string(), z.unknown());
const textContentSchema = z.tuple([z.object({ type: z.literal('text'), text: z.string() })]);
const errorSchema = z.object({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    next: z.string(),
    status: z.number().optional(),
    field: z.string().optional(),
    details: z.unknown().optional(),
    retryAfterMs: z.number().optional(),
  }),
});

/** Calls a tool and gives its one text, its structured content and its error, as they are. */
export async function callTool(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  options?: Parameters<Client['callTool']>[2],
) {
  const result = await client.callTool({ name, arguments: args }, undefined, options);
  const [{ text }] = textContentSchema.parse(result.content);
  const error = result.isError ? errorSchema.parse(JSON.parse(text)).error : undefined;
  return { text, structured: objectSchema.parse(result.structuredContent ?? {}), error };
}
