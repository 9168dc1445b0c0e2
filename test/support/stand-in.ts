import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { Flags } from '../../src/config/config.ts';
import {
  type Fault,
  type Sandbox,
  type SandboxEdition,
  type SandboxOptions,
  type SandboxRequest,
  type Seed,
  type SeedSpace,
  start,
} from '../../src/sandbox/start.ts';
import { type Composed, startComposed } from './composed.ts';
import type { Answering } from './in-memory.ts';
import { ManualClock } from './manual-clock.ts';
import { PassingTime } from './passing-time.ts';
import { sharedPeople } from './shared-people.ts';

/** The one space of such a sandbox, which is the program's default, too. */
export const standInSpace = 'spa_1';

/** What each edition knows as the id of the first audience that was there from the start. */
export const firstId = 'aud_000000001';

/** The whole program in this process on a sandbox in this process, both on one clock. */
export interface StandIn extends Composed {
  sandbox: Sandbox;
  clock: ManualClock;
  /** Lets time pass as the program waits for it, until a promise is settled. */
  through: PassingTime['until'];
  /** Tells that the program can go on only when so much time has passed. */
  isWaitedFor: PassingTime['isWaitedFor'];
  /** Every request that the sandbox recognized. */
  requests: SandboxRequest[];
  /** Those that would change something. */
  writes(): SandboxRequest[];
  /** What the user was asked. */
  questions: string[];
  /** From now on asked for a fault at every request. */
  faults(next: (request: SandboxRequest) => Fault | undefined): void;
}

export interface StandInOptions extends Pick<SandboxOptions, 'limits'> {
  /** What the sandbox speaks. */
  edition: SandboxEdition;
  /** What the space holds at the start; nothing by default. */
  seeds?: readonly Seed[];
  /** What other spaces hold, by their ids; there are none by default. */
  otherSpaces?: Readonly<Record<string, readonly Seed[]>>;
  /** A whole space instead, but for its id, and spaces besides. */
  world?: Omit<SeedSpace, 'id'> & { besides?: readonly SeedSpace[] };
  /** Settings of the program; nothing needs agreement unless they say otherwise. */
  flags?: Flags;
  /** By default there is none. */
  stateFolder?: string;
  /** How the client's user answers; without it the client can't ask. */
  answering?: Answering;
}

/** Starts both for the time of one test. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const standIn = await openStandIn(options);
  onTestFinished(() => standIn[Symbol.asyncDispose]());
  return standIn;
}

/** Starts both for the tests of one `describe`, of which none may leave anything to the next. */
export function sharedStandIn(options: StandInOptions): () => StandIn {
  let standIn: StandIn | undefined;
  beforeAll(async () => {
    standIn = await openStandIn(options);
  });
  afterAll(() => standIn?.[Symbol.asyncDispose]());
  return () => {
    if (!standIn) throw new Error('It is not started yet.');
    return standIn;
  };
}

async function openStandIn({
  edition,
  seeds = [],
  otherSpaces = {},
  world,
  limits,
  flags = {},
  stateFolder,
  answering,
}: StandInOptions): Promise<StandIn> {
  const clock = new ManualClock();
  const time = new PassingTime(clock);
  const requests: SandboxRequest[] = [];
  let faults: (request: SandboxRequest) => Fault | undefined = () => undefined;
  const sandbox = await start({
    edition,
    ...startOf(seeds, otherSpaces, world),
    clock: clock.server,
    people: sharedPeople,
    limits,
    faults(request) {
      requests.push(request);
      return faults(request);
    },
  });
  const questions: string[] = [];
  const composed = await startComposed(
    { 'api-url': sandbox.url, space: standInSpace, confirm: 'none', ...flags },
    {
      SEGMENT_API_TOKEN: 'sgp_token_for_tests',
      ...(stateFolder !== undefined && { SEGMENT_STATE_DIR: stateFolder }),
    },
    {
      clock,
      time,
      answering:
        answering &&
        ((question) => {
          questions.push(question);
          return answering(question);
        }),
    },
  );
  return {
    ...composed,
    async [Symbol.asyncDispose]() {
      await composed[Symbol.asyncDispose]();
      await sandbox.close();
    },
    sandbox,
    clock,
    through: (promise) => time.until(promise),
    isWaitedFor: (ms) => time.isWaitedFor(ms),
    requests,
    writes: () => requests.filter(({ method }) => method !== 'GET'),
    questions,
    faults(next) {
      faults = next;
    },
  };
}

function startOf(
  seeds: readonly Seed[],
  otherSpaces: StandInOptions['otherSpaces'],
  world: StandInOptions['world'],
): Pick<SandboxOptions, 'seed' | 'seeds'> {
  if (!world) return { seeds: { [standInSpace]: seeds, ...otherSpaces } };
  const { besides = [], ...space } = world;
  return { seed: { spaces: [{ id: standInSpace, ...space }, ...besides] } };
}

/** A true answer of a list or of one audience, with more in its audiences. */
export function withOdd(odd: object): Fault {
  return {
    kind: 'alter',
    alter: (body) =>
      JSON.parse(JSON.stringify(body), (_, value) => (isOdd(value) ? { ...value, ...odd } : value)),
  };
}

function isOdd(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'id' in value && value.id === firstId;
}
