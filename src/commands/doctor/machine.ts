import type { Clock } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { Redactor } from '../../redact.ts';
import type { SegmentApi } from '../../segment/api.ts';
import type { Place } from '../clients/place.ts';

/** What the server answered when it was started as a client does. */
export interface ToolList {
  /** How many tools it has. */
  tools: number;
  /** From the start to the answer, milliseconds. */
  tookMs: number;
}

/** What the doctor takes from the machine; passed in, so that tests can stand in for it. */
export interface DoctorMachine {
  place: Place;
  clock: Clock;
  /** The Node that runs this. */
  node: { version: string; path: string };
  /** The real path of this program. */
  mainFile: string;
  exists: (path: string) => boolean;
  /** Whether set-up keeps a token in a state folder. */
  keepsToken: (folder: string) => boolean;
  /** Why an audit log can't be written; undefined if it can. */
  problemWithAuditLog: (file: string) => string | undefined;
  /** Why a state folder can't be used, as words that follow "because"; undefined if it can. */
  problemWithStateFolder: (folder: string) => string | undefined;
  /** Segment, reached as the settings say. */
  connect: (config: Config, redactor: Redactor) => SegmentApi;
  /** The version of a Node by its path; undefined if it does not say. */
  nodeVersion: (command: string, signal: AbortSignal) => Promise<string | undefined>;
  /**
   * Starts the server and asks for its tools. Rejects with an Error whose message says why there is no
   * answer, as a sentence.
   */
  listTools: (
    args: readonly string[],
    environment: Place['environment'],
    signal: AbortSignal,
  ) => Promise<ToolList>;
}
