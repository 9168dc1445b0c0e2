import { deepStrictEqual } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv-provider.js';
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';
import * as z from 'zod';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Log } from '../../src/log.ts';
import { completionsCapability } from '../../src/mcp/completions.ts';
import { promptsCapability } from '../../src/mcp/prompts.ts';
import { Readings } from '../../src/mcp/readings.ts';
import { resourcesCapability } from '../../src/mcp/resources.ts';
import { createMcpServer } from '../../src/mcp/server.ts';
import { serverInfo } from '../../src/mcp/server-info.ts';
import { ToolsCapability } from '../../src/mcp/tools.ts';
import { isOffered } from '../../src/prompts/prompt.ts';
import { prompts } from '../../src/prompts/registry.ts';
import type { Locks } from '../../src/replicas/locks.ts';
import { resources, resourceTemplates } from '../../src/resources/registry.ts';
import type { AskMode, ConfirmMode } from '../../src/safety/agreement.ts';
import type { AuditLog } from '../../src/safety/audit-log.ts';
import { Confirmations } from '../../src/safety/confirmation.ts';
import { NameReservations } from '../../src/safety/duplicates.ts';
import { knownTo } from '../../src/safety/known.ts';
import { LostCreates } from '../../src/safety/lost-create.ts';
import { PreviewTally } from '../../src/safety/preview-count.ts';
import { remember, SeenAudiences } from '../../src/safety/seen.ts';
import { Turns } from '../../src/safety/turns.ts';
import type { SegmentApi } from '../../src/segment/api.ts';
import { type CallContext, withSignal } from '../../src/segment/call.ts';
import type {
  AudiencesOutput,
  Input,
  OperationName,
  PageInput,
} from '../../src/segment/contract.ts';
import { isWrite, newest } from '../../src/segment/editions/editions.ts';
import type { EditionName } from '../../src/segment/editions/row.ts';
import { UnsupportedError } from '../../src/segment/errors.ts';
import type { Audience } from '../../src/segment/models/audience.ts';
import { AudienceIndexes, droppingIndexes } from '../../src/space/audience-indexes.ts';
import { KnownNameLists } from '../../src/space/known-names.ts';
import { NameCheck } from '../../src/space/names.ts';
import { Previews } from '../../src/space/previews.ts';
import { createRedactor } from '../../src/text/redact.ts';
import { contextOf, type SessionScope, toolNamed } from '../../src/tool-calls.ts';
import type { QueryCheckMode } from '../../src/tools/query-check.ts';
import { tools } from '../../src/tools/registry.ts';
import type { Tool } from '../../src/tools/tool.ts';

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

/** One request that was made of the port: the operation and its input. */
export type Asked = [operation: OperationName, input: Input<OperationName>];

/** What the port answers. */
interface Answers {
  audience?: Audience | (() => Promise<Audience>);
  page?: AudiencesOutput | ((input: PageInput) => Promise<AudiencesOutput>);
  /** What the outputs of other operations hold. */
  more?: object;
  /** The edition in force; today's by default. */
  edition?: EditionName;
}

const pageInputSchema = z.object({
  spaceId: z.string(),
  count: z.number(),
  cursor: z.string().optional(),
});

const writtenSchema = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  enabled: z.boolean().optional(),
  query: z.string().optional(),
  options: z.looseObject({}).optional(),
});

/** An audience as the response to a write shows it. */
function echoed(given: Audience, input: Input<OperationName>): Audience {
  const { query, ...written } = writtenSchema.parse(JSON.parse(JSON.stringify(input)));
  const definition = query === undefined ? given.definition : { ...given.definition, query };
  return { ...given, ...written, definition };
}

/** A port that notes what is asked of it and answers any operation from `answers`. */
export function fakeApi(answers: Answers): { api: SegmentApi; asked: Asked[] } {
  const asked: Asked[] = [];
  const one = async () => {
    const given = answers.audience ?? audience();
    return typeof given === 'function' ? given() : given;
  };
  const page = async (input: PageInput) => {
    const given = answers.page ?? { audiences: [await one()], pagination: { next: null } };
    return typeof given === 'function' ? given(input) : given;
  };
  const isListed = (id: string) => {
    const { page: listed } = answers;
    if (typeof listed === 'function') return false;
    return listed === undefined || listed.audiences.some((row) => row.id === id);
  };
  const api: SegmentApi = {
    async send(name, input, call) {
      const { output, paging, ifGone, feature } = newest.rows[name];
      // The workspace has audiences and nothing besides, which is known, and asks for no request.
      if (feature?.name === 'Space Schema') {
        throw new UnsupportedError(feature.name, { next: 'Continue without it.' });
      }
      await call.lookLast?.(withSignal(call, call.signal));
      await call.beforeSending?.();
      asked.push([name, input]);
      if (paging) return output.parse(await page(pageInputSchema.parse(input)));
      if (ifGone) return output.parse(ifGone.output);
      const empty = { connections: [], activations: [], spaces: [], pagination: {} };
      if (name === 'list_audience_consumers_from_space_and_audience') {
        return output.parse({ audiences: [], ...empty });
      }
      const given = await one();
      // What is made was not there before.
      const isMade = name === 'create_audience' && isListed(given.id);
      const id = isMade ? `new_${asked.length}` : given.id;
      const made = isWrite(name) ? echoed(given, input) : given;
      return output.parse({ audience: { ...made, id }, ...empty, ...answers.more });
    },
    async preview({ operation, input }) {
      const { spaceId, ...body } = { spaceId: undefined, ...input };
      const url = `test:${spaceId}`;
      return { edition: answers.edition ?? 'v1', method: operation, url, headers: {}, body };
    },
    async foresee() {},
    async left() {
      return 1;
    },
    drain() {},
    async close() {},
  };
  return { api, asked };
}

/** How a test's client answers when the server asks its user; `undefined`: it can't be asked. */
export type Answering = (question: string) => ElicitResult | Promise<ElicitResult>;

export interface ConnectOptions {
  answering?: Answering;
  askTimeoutMs?: number;
  defaultSpace?: string;
  allowedSpaces?: readonly string[];
  queryCheck?: QueryCheckMode;
  confirm?: ConfirmMode;
  ask?: AskMode;
  confirmations?: Confirmations;
  auditLog?: AuditLog;
  /** Shared with other replicas. */
  locks?: Locks;
  noSamples?: boolean;
  planLimit?: number;
  /** Whether a tool is offered, for what depends on that. */
  offers?: (tool: string) => boolean;
  /** How long a call may wait for quota and retries. */
  maxWaitMs?: number;
  /** What waits and keep-alives go by; the machine's own by default. */
  clock?: Clock;
  log?: Log;
}

/** Values that are good in this process only. */
export function ownConfirmations(now = systemClock.now): Confirmations {
  return new Confirmations({ now, elapsed: now, randomBytes });
}

/** The tool, whose results have to be as it advertises them: the server does not look again. */
function checked(tool: Tool): Tool {
  return {
    ...tool,
    async handle(input, context) {
      const result = await tool.handle(input, context);
      const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      deepStrictEqual(asJson(tool.output().parse(result)), asJson(result));
      return result;
    },
  };
}

/** A real client of the real server, in this process, on top of a port. */
export async function connect(
  bareApi: SegmentApi,
  {
    answering,
    askTimeoutMs = 60_000,
    defaultSpace,
    allowedSpaces,
    queryCheck = 'error',
    confirm = 'none',
    ask: askMode = 'auto',
    confirmations = ownConfirmations(),
    auditLog,
    locks,
    noSamples = false,
    planLimit,
    offers = () => true,
    maxWaitMs = 45_000,
    clock = systemClock,
    log = () => {},
  }: ConnectOptions = {},
): Promise<Client> {
  const seen = new SeenAudiences();
  const reservations = new NameReservations(locks && { locks, leaseMs: 60_000 });
  const lostCreates = new LostCreates(clock.monotonic);
  const turns = new Turns(clock, locks);
  const { now } = clock;
  const indexes = new AudienceIndexes(bareApi, clock);
  const api = droppingIndexes(bareApi, indexes);
  const shownApi = remember(api, seen);
  const nameLists = new KnownNameLists(api, clock);
  const names = new NameCheck(nameLists, clock);
  const tally = new PreviewTally({ scope: () => 'test', isAlone: true });
  const previews = new Previews(api, clock, tally);
  const redactor = createRedactor([secret]);
  const scope: SessionScope = {
    api,
    shownApi,
    seen,
    settings: {
      confirm,
      space: defaultSpace,
      noSamples,
      policy: { readOnly: false, allowedSpaces },
    },
    indexes,
    confirmations,
    auditLog,
    reservations,
    lostCreates,
    turns,
    names,
    previews,
    queryCheck,
    askMode,
    clock,
  };
  const calls = new ToolsCapability({
    tools,
    open: async () => ({
      toolNamed(name) {
        const tool = toolNamed(name);
        return tool && checked(tool);
      },
      contextOf: (begun) => contextOf(scope, begun),
    }),
    maxWaitMs,
    askTimeoutMs,
    clock,
    redactor,
    log,
  });
  const common = {
    prompts: prompts.filter((prompt) => isOffered(prompt, offers)),
    templates: resourceTemplates,
    offers,
    defaultSpace,
    allowedSpaces,
    contextOf: (call: CallContext) => ({
      api: shownApi,
      call,
      indexes,
      nameLists,
      planLimit,
      offers,
      now,
      redactor,
    }),
    readings: new Readings({ maxWaitMs, clock, redactor, log }),
    redactor,
  };
  const known = knownTo({ seen, indexes, space: defaultSpace, allowedSpaces, offers });
  const server = createMcpServer({
    info: serverInfo,
    instructions: 'None.',
    onClose: () => {},
    capabilities: [
      calls,
      resourcesCapability({ ...common, resources }),
      promptsCapability(common),
      completionsCapability({ ...common, ...known }),
    ],
    log,
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const client = createClient(answering);
  await client.connect(ours);
  return client;
}

/** The SDK's own, made when a schema is there: few tests list the tools, and making it takes a while. */
function validatorOnUse(): jsonSchemaValidator {
  let made: AjvJsonSchemaValidator | undefined;
  return {
    getValidator(schema) {
      made ??= new AjvJsonSchemaValidator();
      return made.getValidator(schema);
    },
  };
}

/** A client that declares elicitation only if it has an answer. */
export function createClient(answering?: Answering): Client {
  const capabilities = answering ? { elicitation: {} } : {};
  const client = new Client(
    { name: 'test', version: '0' },
    { capabilities, jsonSchemaValidator: validatorOnUse() },
  );
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

/** What the text of an error holds below its line of prose. */
export function jsonIn(text: string): unknown {
  return JSON.parse(text.slice(text.indexOf('\n') + 1));
}

/** Calls a tool and gives its one text, its structured content and its error, as they are. */
export async function callTool(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  options?: Parameters<Client['callTool']>[2],
) {
  const result = await client.callTool({ name, arguments: args }, undefined, options);
  const [{ text }] = textContentSchema.parse(result.content);
  const error = result.isError ? errorSchema.parse(jsonIn(text)).error : undefined;
  return { text, structured: objectSchema.parse(result.structuredContent ?? {}), error };
}
