import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { type Fault, type SandboxRequest, start } from '../../src/sandbox/start.ts';
import { Changes } from './changes.ts';
import { HoldingServer } from './holding-server.ts';
import { jsonIn } from './in-memory.ts';
import { RawProgram } from './program.ts';
import { rawRequest } from './raw-http.ts';
import { environmentFor, unlessSet } from './rig.ts';
import { isWindows } from './platform.ts';

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

/** The three writes: what is killed, another that uses up the quota, and how the change shows. */
export const writes = {
  create: {
    tool: 'create_audience',
    args: { name: 'Killed', query },
    another: { name: 'Another', query },
    isThere: (state: State) => state.some(({ name }) => name === 'Killed'),
  },
  update: {
    tool: 'update_audience_for_space',
    args: { id: second, name: 'Killed' },
    another: { id: first, name: 'Another' },
    isThere: (state: State) => state.some(({ name }) => name === 'Killed'),
  },
  remove: {
    tool: 'remove_audience_from_space',
    args: { id: second },
    another: { id: first },
    isThere: (state: State) => state.every(({ id }) => id !== second),
  },
} as const;
export type Write = (typeof writes)[keyof typeof writes];

const stateSchema = z.array(z.object({ id: z.string(), name: z.string() }));
type State = z.infer<typeof stateSchema>;
const pageSchema = z.object({ data: z.object({ audiences: stateSchema }) });

const lineSchema = z.object({
  tool: z.string(),
  id: z.string().optional(),
  outcome: z.enum(['started', 'done', 'not_done', 'unknown']),
});

/** How a program ended, and what it left behind. */
export interface Aftermath {
  code: number | null;
  /** Whether the change is there at the sandbox. */
  there: boolean;
  /** The outcomes in the audit log, oldest first, without `started`. */
  outcomes: z.infer<typeof lineSchema>['outcome'][];
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
  /** What there is when `end` was called and the program has ended. */
  aftermath(): Promise<Aftermath>;
}

const killedCall = 100;

const resultSchema = z.object({
  content: z.tuple([z.object({ text: z.string() })]),
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
  const sandbox = await start({
    edition: 'v1alpha',
    faults(request) {
      if (request.method !== 'GET') sent += 1;
      return faults(request);
    },
  });
  const server = await HoldingServer.start(sandbox.url);
  const program = new RawProgram(
    unlessSet('--confirm', 'none', ['--audit-log', file, ...args]),
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
    async aftermath() {
      await changes.until(() => ending || undefined);
      const { code } = await program.exit();
      faults = () => undefined;
      const page = await rawRequest(
        sandbox.url,
        'GET',
        `/spaces/${space}/audiences?pagination.count=1000`,
      );
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [''];
      return {
        code,
        there: write.isThere(pageSchema.parse(page.body).data.audiences),
        outcomes: lines
          .slice(0, -1)
          .map((line) => lineSchema.parse(JSON.parse(line)))
          .map(({ outcome }) => outcome)
          .filter((outcome) => outcome !== 'started'),
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
