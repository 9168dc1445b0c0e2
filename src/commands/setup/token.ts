import { ConfigError } from '../../config/config.ts';
import { settings } from '../../config/settings.ts';
import { slipIn } from '../../config/slips.ts';
import type { StateFolder } from '../../safety/state-folder.ts';
import type { Terminal } from './terminal.ts';

/** The possible sources of a token. */
export interface TokenSources {
  folder: StateFolder;
  /** The value of the token's variable, if set. */
  fromEnvironment: string | undefined;
  terminal: Terminal | undefined;
  /** Whether to ask the user as little as possible. */
  isQuiet: boolean;
}

/** How the kept token came about. */
export type KeptToken = 'typed' | 'from the environment' | 'as it was';

/** How often the token is asked for if it is mistyped. */
const maxTries = 3;

/**
 * Makes sure that the state folder keeps a token: the present one, unless the user types another,
 * else that of the environment.
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
  'No token: run this in a terminal to be asked for it, or set SEGMENT_API_TOKEN or SEGMENT_API_TOKEN_FILE, or try everything without one with --sandbox. Nothing was written.';

/** @param isThere whether a token is kept already, which stays if the user types nothing. */
async function typedToken(terminal: Terminal, isThere: boolean): Promise<string | undefined> {
  const hint = isThere ? 'press Enter to keep the current one' : 'it is not shown';
  let question = `Public API token of the workspace (${hint}): `;
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const token = (await terminal.askSecret(question))?.trim();
    if (!token) return undefined;
    const problem = problemOf(token);
    if (problem === undefined) return token;
    question = `The token ${problem}. Try again: `;
  }
  return undefined;
}

function problemOf(token: string): string | undefined {
  const slip = slipIn(token);
  if (slip) return slip.what;
  return settings.token.schema().safeParse(token).error?.issues[0]?.message;
}
