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

/**
 * How the kept token came about; `replaced` if that of the environment took the place of another.
 */
export type KeptToken = 'typed' | 'from the environment' | 'replaced' | 'as it was';

/** The user gave no token, so nothing may be changed. Its message is a sentence. */
export class NoTokenError extends Error {
  override name = 'NoTokenError';
}

/** How often the token is asked for if it is mistyped. */
const maxTries = 3;

/**
 * Makes sure that the state folder keeps a token. A new one in the environment counts, unless there
 * is a terminal to ask on; what the user types there counts more.
 *
 * @throws {NoTokenError} if the user cancels, or mistypes it too often.
 * @throws {ConfigError} if there is none, and nobody to ask. @throws {StateFolderError} if none can
 * be kept.
 */
export async function provideToken(sources: TokenSources): Promise<KeptToken> {
  const { folder, fromEnvironment, isQuiet } = sources;
  const terminal = isQuiet ? undefined : sources.terminal;
  const kept = folder.readToken();
  const isNew = fromEnvironment !== undefined && fromEnvironment !== kept;
  if (isNew && (kept === undefined || !terminal || (await isWanted(terminal)))) {
    folder.keepToken(fromEnvironment);
    return kept === undefined ? 'from the environment' : 'replaced';
  }
  if (kept !== undefined && !terminal) return 'as it was';
  // Without a token there is nothing to do but ask, even if the user wants few questions.
  const asking = terminal ?? sources.terminal;
  if (!asking) throw new ConfigError([missing]);
  const typed = await typedToken(asking, kept !== undefined);
  if (typed === undefined) return 'as it was';
  folder.keepToken(typed);
  return 'typed';
}

const missing =
  'No token: run this in a terminal to be asked for it, or set SEGMENT_API_TOKEN or SEGMENT_API_TOKEN_FILE, or use --sandbox to try everything without a token. Nothing was written.';

async function isWanted(terminal: Terminal): Promise<boolean> {
  const answer = await terminal.ask(
    `${settings.token.env} holds a different token than setup keeps. Keep this one instead? [y/N] `,
  );
  return ['y', 'yes'].includes(answer.trim().toLowerCase());
}

/**
 * @param isThere whether a token is kept already, which stays if the user types nothing.
 * @returns undefined if it stays. @throws {NoTokenError}
 */
async function typedToken(terminal: Terminal, isThere: boolean): Promise<string | undefined> {
  const hint = isThere ? 'press Enter to keep the current one' : 'it is not shown';
  let question = `Public API token of the workspace (${hint}): `;
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const token = (await terminal.askSecret(question))?.trim();
    if (token === undefined || (token === '' && !isThere)) {
      throw new NoTokenError('No token was given. Nothing was changed.');
    }
    if (token === '') return undefined;
    const problem = problemOf(token);
    if (problem === undefined) return token;
    question = `The token ${problem}. Try again: `;
  }
  throw new NoTokenError('The token was mistyped too often. Nothing was changed.');
}

function problemOf(token: string): string | undefined {
  const slip = slipIn(token);
  if (slip) return slip.what;
  return settings.token.schema().safeParse(token).error?.issues[0]?.message;
}
