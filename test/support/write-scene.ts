import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import {
  type Fault,
  type Sandbox,
  type SandboxRequest,
  type SandboxSeed,
  start,
} from '../../src/sandbox/start.ts';
import type { OperationName } from '../../src/segment/contract.ts';
import { Changes } from './changes.ts';
import { HoldingServer } from './holding-server.ts';
import { jsonIn } from './in-memory.ts';
import { isWindows } from './platform.ts';
import { RawProgram } from './program.ts';
import { headersOf, rawRequest } from './raw-http.ts';
import { environmentFor, unlessSet } from './rig.ts';
import { recentPeople } from './shared-people.ts';

/** Tells a program to stop by a signal; Windows ends it at once. */
export const terminate = (program: RawProgram): void => void program.child.kill('SIGTERM');

/** Ends what a program reads. */
export const endInput = (program: RawProgram): void => void program.child.stdin.end();

/** How a program is told to stop, on this system. */
export const ends: Readonly<Record<string, (program: RawProgram) => void>> = {
  ...(isWindows ? {} : { SIGTERM: terminate }),
  'stdin EOF': endInput,
};

const query = "event('Shoes Bought').count() >= 1";
/** The small space: its members are counted in no time, so that the sandbox is never late. */
const space = 'spa_shop_staging';
const [first, second] = ['aud_000000011', 'aud_000000012'];

/** What the space holds for writes that there were none of in 2024: two with a schedule, two without. */
const seed: SandboxSeed = {
  spaces: [
    {
      id: space,
      audiences: [0, 1, 2, 3].map((index) => ({
        id: `aud_linked_${index}`,
        name: `Linked ${index}`,
        audienceType: 'LINKED',
        definition: { query: "entity('orders').count() >= 1" },
        createdAt: '-30d',
        schedules: index < 2 ? [{ strategy: 'PERIODIC', config: { interval: '1d' } }] : [],
      })),
      computedTraits: ['First', 'Second'].map((name) => ({
        name,
        definition: { query: "event('Shoes Bought').count()", type: 'USERS' },
        createdAt: '-30d',
      })),
      entities: [{ slug: 'orders', primaryKey: 'id' }],
    },
  ],
};
const linked = (number: number) => `aud_linked_${number}`;

const stateSchema = z.object({
  audiences: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      enabled: z.boolean(),
      schedules: z.array(z.object({ config: z.unknown() })).optional(),
    }),
  ),
  computedTraits: z.array(z.object({ id: z.string(), name: z.string() })),
});
/** What the sandbox holds. */
interface State extends z.infer<typeof stateSchema> {
  /** The ids of the linked audiences that were run. */
  runs: string[];
}

/** One write: what is killed, another that uses up the quota, and how the change shows. */
export interface Write {
  tool: string;
  /** What the tool sends. */
  operation: OperationName;
  /** The edition of sandbox and program: 2024's if it is left out. */
  edition?: 'v1';
  args: object;
  another: object;
  isThere(state: State): boolean;
}

const called = (name: string) => (things: readonly { name: string }[]) =>
  things.some((thing) => thing.name === name);
const isCalledKilled = called('Killed');
const intervalsOf = ({ audiences }: State, wanted: string) =>
  audiences.find(({ id }) => id === wanted)?.schedules?.map(({ config }) => JSON.stringify(config));
const hourly = '{"interval":"1h"}';

/** The writes to one audience of the edition of 2024. */
export const writes = {
  create: {
    tool: 'create_audience',
    operation: 'create_audience',
    args: { name: 'Killed', query },
    another: { name: 'Another', query },
    isThere: ({ audiences }) => isCalledKilled(audiences),
  },
  update: {
    tool: 'update_audience_for_space',
    operation: 'update_audience_for_space',
    args: { id: second, name: 'Killed' },
    another: { id: first, name: 'Another' },
    isThere: ({ audiences }) => isCalledKilled(audiences),
  },
  remove: {
    tool: 'remove_audience_from_space',
    operation: 'remove_audience_from_space',
    args: { id: second },
    another: { id: first },
    isThere: ({ audiences }) => audiences.every(({ id }) => id !== second),
  },
} satisfies Record<string, Write>;

/** All other writes. */
export const laterWrites = {
  'copy of an audience': {
    tool: 'copy_audience',
    operation: 'create_audience',
    edition: 'v1',
    args: { id: linked(0), name: 'Killed', checkNames: false },
    another: { id: linked(0), name: 'Another', checkNames: false },
    isThere: ({ audiences }) => isCalledKilled(audiences),
  },
  'change of many, here one': {
    tool: 'change_audiences',
    operation: 'update_audience_for_space',
    edition: 'v1',
    args: { ids: [linked(0)], action: 'disable' },
    another: { ids: [linked(1)], action: 'disable' },
    isThere: ({ audiences }) => audiences.some(({ id, enabled }) => id === linked(0) && !enabled),
  },
  'removal of many, here one': {
    tool: 'change_audiences',
    operation: 'remove_audience_from_space',
    edition: 'v1',
    args: { ids: [linked(0)], action: 'remove' },
    another: { ids: [linked(1)], action: 'remove' },
    isThere: ({ audiences }) => audiences.every(({ id }) => id !== linked(0)),
  },
  'new schedule': {
    tool: 'set_audience_schedule',
    operation: 'add_audience_schedule_to_audience',
    edition: 'v1',
    args: { id: linked(2), interval: '1h' },
    another: { id: linked(3), interval: '1h' },
    isThere: (state) => intervalsOf(state, linked(2))?.includes(hourly) === true,
  },
  'change of a schedule': {
    tool: 'set_audience_schedule',
    operation: 'update_audience_schedule_for_audience',
    edition: 'v1',
    args: { id: linked(0), interval: '1h' },
    another: { id: linked(1), interval: '1h' },
    isThere: (state) => intervalsOf(state, linked(0))?.includes(hourly) === true,
  },
  'removal of a schedule': {
    tool: 'remove_audience_schedule',
    operation: 'remove_audience_schedule_from_audience',
    edition: 'v1',
    args: { id: linked(0) },
    another: { id: linked(1) },
    isThere: (state) => intervalsOf(state, linked(0))?.length === 0,
  },
  run: {
    tool: 'run_audience',
    operation: 'force_execute_audience_run',
    edition: 'v1',
    args: { id: linked(2) },
    another: { id: linked(3) },
    isThere: ({ runs }) => runs.includes(linked(2)),
  },
  'create of a computed trait': {
    tool: 'create_computed_trait',
    operation: 'create_computed_trait',
    edition: 'v1',
    args: { name: 'Killed', query: "event('Shoes Bought').count()" },
    another: { name: 'Another', query: "event('Shoes Bought').count()" },
    isThere: ({ computedTraits }) => isCalledKilled(computedTraits),
  },
  'update of a computed trait': {
    tool: 'update_computed_trait_for_space',
    operation: 'update_computed_trait_for_space',
    edition: 'v1',
    args: { id: 'ct_000000002', name: 'Killed' },
    another: { id: 'ct_000000001', name: 'Another' },
    isThere: ({ computedTraits }) => isCalledKilled(computedTraits),
  },
  'removal of a computed trait': {
    tool: 'remove_computed_trait_from_space',
    operation: 'remove_computed_trait_from_space',
    edition: 'v1',
    args: { id: 'ct_000000002' },
    another: { id: 'ct_000000001' },
    isThere: ({ computedTraits }) => computedTraits.every(({ id }) => id !== 'ct_000000002'),
  },
} satisfies Record<string, Write>;

/** Three of a change of many, one after the other. */
export const three: Write = {
  ...laterWrites['change of many, here one'],
  args: { ids: [0, 1, 2].map(linked), action: 'disable' },
};

const lineSchema = z.object({
  tool: z.string(),
  id: z.string().optional(),
  outcome: z.enum(['started', 'done', 'not_done', 'unknown']),
});

type Outcome = z.infer<typeof lineSchema>['outcome'];

/** How a program ended, and what it left behind. */
export interface Aftermath {
  code: number | null;
  /** Whether the change is there at the sandbox. */
  there: boolean;
  /** The outcomes in the audit log, oldest first, without `started`. */
  outcomes: Outcome[];
  /** Those by the id of what was written, as far as it had one. */
  outcomeOf: Record<string, Outcome>;
  /** What the sandbox holds. */
  state: State;
  /** How many writes reached the sandbox. */
  sent: number;
  /** What the client heard of its call, if anything: that it is done, or the code of the error. */
  heard: string | undefined;
}

/** A spawned program with an audit log, and a sandbox in this process behind a server that can hold. */
export interface Scene extends AsyncDisposable {
  program: RawProgram;
  write: Write;
  /** What is between the program and the sandbox. */
  server: HoldingServer;
  /** The call of the write that is killed. */
  call(): void;
  /** From now on asked for a fault at every request. */
  faults(next: (request: SandboxRequest) => Fault | undefined): void;
  /** Makes the program stop; only the first time. */
  end(): void;
  /** The structured content that the client got for its call; undefined if there was no result. */
  result(): unknown;
  /** What there is when `end` was called and the program has ended. */
  aftermath(): Promise<Aftermath>;
}

const killedCall = 100;

const resultSchema = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});
const errorSchema = z.object({ error: z.object({ code: z.string() }) });

function heard(result: unknown): string | undefined {
  if (result === undefined) return undefined;
  const { content, isError } = resultSchema.parse(result);
  return isError ? errorSchema.parse(jsonIn(content[0].text)).error.code : 'done';
}

/** @param args come after `--confirm none`. @param capabilities what the program's client can do. */
export async function startScene(
  write: Write,
  end: (program: RawProgram) => void,
  args: string[] = [],
  capabilities: object = {},
): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'kill-'));
  const file = join(folder, 'audit.jsonl');
  let faults: (request: SandboxRequest) => Fault | undefined = () => undefined;
  let sent = 0;
  const { edition = 'v1alpha' } = write;
  const sandbox = await start({
    ...(edition === 'v1' ? { edition, seed } : { edition }),
    people: recentPeople,
    faults(request) {
      if (request.method !== 'GET') sent += 1;
      return faults(request);
    },
  });
  const server = await HoldingServer.start(sandbox.url);
  const program = new RawProgram(
    unlessSet('--confirm', 'none', [
      ...['--audit-log', file, '--toolsets', 'all'],
      ...(edition === 'v1' ? ['--edition', edition] : []),
      ...args,
    ]),
    environmentFor(server.url, space),
  );
  await program.initialize(capabilities);
  const changes = new Changes();
  let ending = false;

  return {
    program,
    write,
    server,
    call: () => program.callTool(killedCall, write.tool, write.args, { progressToken: killedCall }),
    faults(next) {
      faults = next;
    },
    end() {
      if (ending) return;
      ending = true;
      end(program);
      changes.happened();
    },
    result() {
      const answer = program.messages().find(({ id }) => id === killedCall);
      return answer && resultSchema.parse(answer.result).structuredContent;
    },
    async aftermath() {
      await changes.until(() => ending || undefined);
      const { code } = await program.exit();
      faults = () => undefined;
      const state = await stateOf(sandbox);
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [''];
      const ended = lines
        .slice(0, -1)
        .map((line) => lineSchema.parse(JSON.parse(line)))
        .filter(({ outcome }) => outcome !== 'started');
      return {
        code,
        there: write.isThere(state),
        outcomes: ended.map(({ outcome }) => outcome),
        outcomeOf: Object.fromEntries(
          ended.flatMap(({ id, outcome }) => (id ? [[id, outcome]] : [])),
        ),
        state,
        sent,
        heard: heard(program.messages().find(({ id }) => id === killedCall)?.result),
      };
    },
    async [Symbol.asyncDispose]() {
      program.child.kill('SIGKILL');
      await server[Symbol.asyncDispose]();
      await sandbox.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const dataSchema = z.object({ data: z.object({}).catchall(z.unknown()) });

/** What the sandbox holds, as it tells somebody else than the program. */
async function stateOf(sandbox: Sandbox): Promise<State> {
  const read = async (edition: 'v1' | 'v1alpha', path: string) => {
    const headers = headersOf(edition);
    const answer = await rawRequest(sandbox.url, 'GET', `/spaces/${space}${path}`, { headers });
    return dataSchema.parse(answer.body).data;
  };
  const isOf2024 = sandbox.edition === 'v1alpha';
  const page = isOf2024 ? 'pagination.count=1000' : 'pagination.count=200&include=schedules';
  const data = {
    ...(await read(isOf2024 ? 'v1alpha' : 'v1', `/audiences?${page}`)),
    ...(await read('v1alpha', '/computed-traits?pagination.count=200')),
  };
  const runs = sandbox.runs(space).map(({ audienceId }) => audienceId);
  return { ...stateSchema.parse(data), runs };
}
