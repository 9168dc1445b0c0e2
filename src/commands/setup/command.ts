import type { Flags } from '../../config/config.ts';
import type { Place } from '../clients/place.ts';
import type { Retrying } from '../replace-file.ts';
import type { RunningProgram } from './start.ts';
import type { Terminal } from './terminal.ts';

/** What the command line asks for. */
export interface SetupCommand {
  /** Clients by id, as given. */
  clients: readonly string[];
  /** The settings of the server. */
  flags: Flags;
  /** The server that runs elsewhere, as given; undefined for one that the client starts. */
  remote: GivenRemote | undefined;
  write: boolean;
  remove: boolean;
  /** Whether to skip the question. */
  yes: boolean;
}

/** A server that runs elsewhere, not yet checked. */
export interface GivenRemote {
  /** Undefined if only the key was given. */
  url: string | undefined;
  keyVariable: string | undefined;
}

/** What setup needs from the machine; passed in, so that tests can replace it. */
export interface SetupMachine extends Omit<RunningProgram, 'platform'> {
  place: Place;
  /** The words that start this program in the user's shell. */
  invocation: readonly string[];
  terminal: Terminal | undefined;
  exists: (path: string) => boolean;
  retrying?: Retrying;
}

/** Where the output goes. */
export interface SetupOutput {
  /** To stdout. */
  write: (text: string) => void;
  /** To stderr. */
  writeAside: (text: string) => void;
}
