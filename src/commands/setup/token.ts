import { ConfigError } from '../../config.ts';
import type { StateFolder } from '../../safety/state-folder.ts';
import { settings } from '../../settings.ts';
import { slipIn } from '../../slips.ts';
import type { Terminal } from './terminal.ts';

/** Where a token may come from. */
export interface TokenSources {
  folder: StateFolder;
  /** What the variable of the token holds, if it is set. */
  fromEnvironment: string | undefined;
  terminal: Terminal | undefined;
  /** Whether the user wants to be asked as little as possible. */
  isQuiet: boolean;
}

/** How a token came to be kept. */
export type KeptToken = 'typed' | 'from the environment' | 'as it was';

/** How often a token is asked for that is miswritten. */
const maxTries = 3;

/**
 * Sees to it that the state folder keeps a token: the one that is there, unless the user types
 * another, else that of the environment.
 *
 * @throws {ConfigError} if there is none. @throws {StateFolderError} if none can be kept.
 */
export async function provideToken(sources: TokenSources): Promise<KeptToken> {
  const { folder, fromEnvironment, terminal, isQuiet } = sources;
  const isThere = folder.readToken() !== undefined;
  if (isThere && (!terminal || isQuiet)) return 'as it was';
  if (!isThere && fromEnvironment !== undefined) {
    folder.keepToken(fromEnvironment);
    return 'from the environment';
  }
  const typed = terminal && (await typedToken(terminal, isThere));
  if (typed !== undefined) folder.keepToken(typed);
  else if (!isThere) throw new ConfigError([missing]);
  return typed === undefined ? 'as it was' : 'typed';
}

const missing =
  'No token: run this on a terminal, which asks for it, or set SEGMENT_API_TOKEN or SEGMENT_API_TOKEN_FILE, or try everything without one with --sandbox. Nothing was written.';

/** @param isThere whether a token is kept that stays if nothing is typed. */
async function typedToken(terminal: Terminal, isThere: boolean): Promise<string | undefined> {
  const hint = isThere ? 'Enter keeps the one that is there' : 'it is not shown';
  let question = `Public API token of the workspace (${hint}): `;
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const token = (await terminal.askSecret(question))?.trim();
    if (!token) return undefined;
    const problem = problemOf(token);
    if (problem === undefined) return token;
    question = `The token ${problem}. Once more: `;
  }
  return undefined;
}

function problemOf(token: string): string | undefined {
  const slip = slipIn(token);
  if (slip) return slip.what;
  return settings.token.schema.safeParse(token).error?.issues[0]?.message;
}
