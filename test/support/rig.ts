import {
  type Fault,
  type LogEntry,
  type SandboxOptions,
  type SandboxRequest,
  start,
} from '../../src/sandbox/start.ts';
import { type Answering, secret } from './in-memory.ts';
import { type Session, startSession } from './program.ts';
import { recentPeople, sharedPeople } from './shared-people.ts';

/** The program, spawned, talking to a sandbox in the test's own process. */
export interface Rig extends AsyncDisposable {
  session: Session;
  url: string;
  /** The default space. */
  space: string;
  /** Every request that reached the sandbox. */
  requests: LogEntry[];
  /** From now on asked for a fault at every request. */
  faults(next: (request: SandboxRequest) => Fault | undefined): void;
  /** Brings the sandbox back to its start, without faults, and forgets the requests that reached it. */
  reset(): void;
}

/** How a rig differs from the usual one. */
export interface RigOptions extends Pick<SandboxOptions, 'edition' | 'seeds' | 'limits' | 'clock'> {
  answering?: Answering;
  /** The program's default space; the sandbox's first one by default. */
  space?: string;
}

/** The environment that points the program at a sandbox. */
export function environmentFor(url: string, space: string): Record<string, string> {
  return { SEGMENT_API_URL: url, SEGMENT_API_TOKEN: secret, SEGMENT_SPACE_ID: space };
}

/** Arguments with one more, unless they have that flag already: a fence can't be given twice. */
export function unlessSet(flag: string, value: string, args: readonly string[]): string[] {
  return args.includes(flag) ? [...args] : [flag, value, ...args];
}

/** The longest that a timer can wait, 24 days: for what is to have no response. */
export const neverMs = 2_147_483_647;

/**
 * Nothing needs confirmation unless `args` say otherwise.
 *
 * @param options the sandbox is one of the seed's edition unless `edition` says otherwise.
 */
export async function startRig(
  args: string[] = [],
  { answering, space: chosen, ...options }: RigOptions = {},
): Promise<Rig> {
  let faults: (request: SandboxRequest) => Fault | undefined = () => undefined;
  const requests: LogEntry[] = [];
  const sandbox = await start({
    edition: 'v1alpha',
    people: options.clock ? sharedPeople : recentPeople,
    ...options,
    faults: (request) => faults(request),
    log: (entry) => requests.push(entry),
  });
  const space = chosen ?? sandbox.spaces[0]?.id ?? '';
  const session = await startSession(
    unlessSet('--confirm', 'none', args),
    environmentFor(sandbox.url, space),
    answering,
  );
  return {
    session,
    url: sandbox.url,
    space,
    requests,
    faults(next) {
      faults = next;
    },
    reset() {
      faults = () => undefined;
      requests.length = 0;
      sandbox.reset();
    },
    async [Symbol.asyncDispose]() {
      await session.close();
      await sandbox.close();
    },
  };
}
