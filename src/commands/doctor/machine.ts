import type { Fetch } from '../../access/issuer-keys.ts';
import type { ReadFile } from '../../access/watched-file.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { Project } from '../../project.ts';
import type { StateFolderError } from '../../safety/state-folder.ts';
import type { SegmentApi } from '../../segment/api.ts';
import type { Redactor } from '../../text/redact.ts';
import type { Place } from '../clients/place.ts';
import type { RedisAnswer } from './redis-ping.ts';

/** How the server responded when it was started as a client does. */
export interface ToolList {
  /** The number of its tools. */
  tools: number;
  /** From the start to the response, in milliseconds. */
  tookMs: number;
}

/**
 * A program is a file that may be executed; a pipe or a device is something other. What is unreachable may
 * be anything, or nothing: this user can't look at it.
 */
export type PathKind = 'program' | 'file' | 'folder' | 'other' | 'unreachable';

/** The token that setup keeps, or why it can't be trusted. */
export type KeptToken = { token: string | undefined } | { problem: StateFolderError };

/** What the doctor needs from the machine; passed in, so that tests can replace it. */
export interface DoctorMachine {
  place: Place;
  clock: Clock;
  /** The Node that runs this command. */
  node: { version: string; path: string };
  /** The real path of this program. */
  mainFile: string;
  /** The words that start this program in the user's shell. */
  invocation: readonly string[];
  /** This machine's name. */
  hostname: string;
  exists: (path: string) => boolean;
  readFile: ReadFile;
  fetch: Fetch;
  /** Asks Redis for its time. @param url which may hold a password; the answer does not. */
  pingRedis: (url: string) => Promise<RedisAnswer>;
  /** What a path leads to, links resolved; undefined if nothing is there. */
  kindOf: (path: string) => PathKind | undefined;
  project: Project;
  /** The token that setup keeps in a state folder. */
  keptToken: (folder: string) => KeptToken;
  /** Why an audit log can't be written; undefined if it can. */
  problemWithAuditLog: (file: string) => string | undefined;
  /** Why a state folder can't be used, as words that follow "because"; undefined if it can. */
  problemWithStateFolder: (folder: string) => string | undefined;
  /** A connection to Segment, as configured. */
  connect: (config: Config, redactor: Redactor) => SegmentApi;
  /** The version of the Node at a path; undefined if it does not report one. */
  nodeVersion: (command: string, signal: AbortSignal) => Promise<string | undefined>;
  /**
   * Starts the server and asks for its tools. Rejects with an Error whose message says, in a
   * sentence, why there is no response.
   */
  listTools: (
    args: readonly string[],
    environment: Place['environment'],
    signal: AbortSignal,
  ) => Promise<ToolList>;
}
