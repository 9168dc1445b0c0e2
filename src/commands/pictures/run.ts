import { type Clock, systemClock } from '../../clock.ts';
import {
  type Config,
  ConfigError,
  type Environment,
  type Flags,
  readConfig,
  secretsOf,
} from '../../config/config.ts';
import { connect } from '../../connect.ts';
import type { SegmentApi } from '../../segment/api.ts';
import { briefly, type CallContext, type Wait } from '../../segment/call.ts';
import { AudiencesError } from '../../segment/errors.ts';
import { AudienceIndexes } from '../../space/audience-indexes.ts';
import { KnownNameLists } from '../../space/known-names.ts';
import { createRedactor, type Redactor } from '../../text/redact.ts';
import { visible } from '../../text/visible.ts';
import { name as programName } from '../../version.ts';
import { assertWritable, notWritable, type OutFile, writeOut } from './out-file.ts';
import { ProgressBar } from './progress-bar.ts';

/*
 * What `graph` and `report` have in common: they read a space and write a document.
 */

/** What the command line asks for. */
export interface PictureCommand {
  /** The settings of the server. */
  flags: Flags;
  /** Where the document goes; undefined for stdout. */
  out: OutFile | undefined;
}

/** This machine, as these commands need it. */
export interface PictureMachine {
  environment: Environment;
  clock: Clock;
  connect: (config: Config, redactor: Redactor) => SegmentApi;
}

/** This machine. */
export function thisMachine(): PictureMachine {
  return {
    environment: process.env,
    clock: systemClock,
    connect: (config, redactor) =>
      connect(config, { clock: systemClock, random: Math.random }, redactor, () => {}),
  };
}

/** Where the output goes. */
export interface PictureOutput {
  /** To stdout; resolves when it has been taken, and rejects with a system error if it can't be. */
  write: (text: string) => Promise<void>;
  /** To stderr. */
  writeAside: (text: string) => void;
  /** Whether stderr is a terminal. */
  isTerminal: boolean;
}

/** What a document is made with. */
export interface PictureContext {
  config: Config;
  spaceId: string;
  /** The name of the space, if Segment told it. */
  spaceName: string | undefined;
  api: SegmentApi;
  call: CallContext;
  indexes: AudienceIndexes;
  nameLists: KnownNameLists;
  redactor: Redactor;
  /** Milliseconds since the epoch. */
  readAt: number;
  bar: ProgressBar;
}

/** How long reading a space may take, waits for quota included, in milliseconds. */
const maxRunMs = 10 * 60_000;
/** How long the request for the name of the space may take, in milliseconds. */
const maxNameMs = 3000;

/**
 * Reads a space and writes a document about it.
 *
 * @param draw makes the document. @returns the exit code: 1 if the space can't be read.
 * @throws {ConfigError} if the command can't run as given; nothing is written then.
 */
export async function runPicture(
  { flags, out }: PictureCommand,
  machine: PictureMachine,
  output: PictureOutput,
  draw: (context: PictureContext) => Promise<string>,
): Promise<number> {
  const tell = (sentence: string) => output.writeAside(`${programName}: ${visible(sentence)}\n`);
  const config = readConfig(flags, machine.environment, [], (reason) =>
    tell(`setting ignored: ${reason}`),
  );
  const spaceId = spaceIn(config);
  if (out) await assertWritable(out);
  const redactor = createRedactor(secretsOf(config));
  const bar = new ProgressBar(output.isTerminal ? output.writeAside : undefined);
  const api = machine.connect(config, redactor);
  try {
    const document = await documentOf({ config, spaceId, api, redactor, bar, draw }, machine.clock);
    bar.end();
    if (!out) {
      await output.write(document).catch((error: unknown) => {
        throw notWritable('stdout', error);
      });
      return 0;
    }
    await writeOut(out, document);
    tell(`wrote ${out.path}`);
    return 0;
  } catch (error) {
    bar.end();
    if (!(error instanceof AudiencesError)) throw error;
    tell(redactor.text(error.message));
    tell(
      'nothing was written; "segment-audiences-mcp doctor" with the same options looks for the cause.',
    );
    return 1;
  } finally {
    await api.close();
  }
}

/** @throws {ConfigError} if none is set. */
function spaceIn({ space, policy }: Config): string {
  const [only, ...others] = policy.allowedSpaces ?? [];
  const chosen = space ?? (others.length === 0 ? only : undefined);
  if (chosen !== undefined) return chosen;
  throw new ConfigError(['--space ID (SEGMENT_SPACE_ID) is missing: it names the space to read.']);
}

interface Drawing extends Pick<PictureContext, 'config' | 'spaceId' | 'api' | 'redactor' | 'bar'> {
  draw: (context: PictureContext) => Promise<string>;
}

async function documentOf({ draw, ...given }: Drawing, clock: Clock): Promise<string> {
  const { api, spaceId, bar, redactor } = given;
  bar.does('Connecting to Segment');
  const call = callFor(bar, clock);
  const spaceName = await nameOfSpace(api, spaceId, briefly(call, clock.monotonic(), maxNameMs));
  const document = await draw({
    ...given,
    spaceName: spaceName && redactor.text(spaceName),
    call,
    indexes: new AudienceIndexes(api, clock),
    nameLists: new KnownNameLists(api, clock),
    readAt: clock.now(),
  });
  // Names were redacted before they were cut or escaped; this is for whatever else there is.
  return redactor.text(document);
}

function callFor(bar: ProgressBar, clock: Clock): CallContext {
  const endsAt = clock.monotonic() + maxRunMs;
  const { signal } = new AbortController();
  return {
    signal,
    deadline: endsAt,
    endsAt,
    onWait: ({ reason, leftMs }: Wait) =>
      bar.waits(reason === 'quota' ? "Segment's rate limit" : 'another attempt', leftMs),
    onNotice() {},
    onProgress: (_, count) => count && bar.reads(count.done, count.total),
  };
}

/** Not every edition and token can read it, and nothing depends on it. */
async function nameOfSpace(
  api: SegmentApi,
  spaceId: string,
  call: CallContext,
): Promise<string | undefined> {
  try {
    const { space } = await api.send('get_space', { spaceId }, call);
    return space?.name ?? undefined;
  } catch (error) {
    if (!(error instanceof AudiencesError)) throw error;
    if (error.code === 'space_not_allowed') throw error;
    return undefined;
  }
}
