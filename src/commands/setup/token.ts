import { ConfigError } from '../../config/config.ts';
import { settings } from '../../config/settings.ts';
import { slipIn } from '../../config/slips.ts';
import type { StateFolder } from '../../safety/state-folder.ts';
import type { Terminal } from './terminal.ts';

/** The possible sources of a token. */
export interface TokenSources {
  folder: StateFolder;
  /** Whether an entry names the token that setup keeps in that folder. */
  isNeeded: boolean;
  /** Other files that entries name. */
  others: readonly NamedToken[];
  /** The value of the token's variable, if set. */
  fromEnvironment: string | undefined;
  terminal: Terminal | undefined;
  /** Whether to ask the user as little as possible. */
  isQuiet: boolean;
}

/** A file that an entry names, and the token in it; undefined if that can't be read. */
export interface NamedToken {
  file: string;
  token: string | undefined;
}

/** The token that setup is to keep from now on; none if all stay where they are. */
export type TokenChoice = { from: 'nowhere' } | NewToken;

interface NewToken {
  from: 'the terminal' | 'the environment';
  token: string;
  /** Whether another one was kept until now. */
  replacesKept: boolean;
}

/** The user gave no token, so nothing may be changed. Its message is a sentence. */
export class NoTokenError extends Error {
  override name = 'NoTokenError';
}

/** How often the token is asked for if it is mistyped. */
const maxTries = 3;

/**
 * Chooses the token that setup keeps; keeps nothing yet. A new one in the environment counts, unless there
 * is a terminal to ask on; what the user types there counts more.
 *
 * @throws {NoTokenError} if the user cancels, or mistypes it too often.
 * @throws {ConfigError} if there is none, and nobody to ask. @throws {StateFolderError} if the kept one
 * can't be read.
 */
export async function chooseToken(sources: TokenSources): Promise<TokenChoice> {
  const { folder, isNeeded, others, fromEnvironment, isQuiet } = sources;
  const terminal = isQuiet ? undefined : sources.terminal;
  const kept = isNeeded ? folder.readToken() : undefined;
  const present = [...(isNeeded ? [kept] : []), ...others.map(({ token }) => token)];
  const isNew = (token: string) => present.some((each) => each !== token);
  const holders = [kept === undefined ? [] : 'setup keeps', others.map(({ file }) => file)].flat();
  if (
    fromEnvironment !== undefined &&
    isNew(fromEnvironment) &&
    (holders.length === 0 || !terminal || (await isWanted(terminal, holders)))
  ) {
    return newToken('the environment', fromEnvironment, folder);
  }
  const isThere = !isNeeded || kept !== undefined;
  if (isThere && !terminal) return { from: 'nowhere' };
  // Without a token there is nothing to do but ask, even if the user wants few questions.
  const asking = terminal ?? sources.terminal;
  if (!asking) throw new ConfigError([missing]);
  const typed = await typedToken(asking, isThere);
  if (typed === undefined || !isNew(typed)) return { from: 'nowhere' };
  return newToken('the terminal', typed, folder);
}

function newToken(from: NewToken['from'], token: string, folder: StateFolder): NewToken {
  const before = folder.readToken();
  return { from, token, replacesKept: before !== undefined && before !== token };
}

const missing =
  'No token: run this in a terminal, with nothing redirected, to be asked for it, or set SEGMENT_API_TOKEN or SEGMENT_API_TOKEN_FILE, or use --sandbox to try everything without a token. Nothing was written.';

/** @param holders what has the present tokens. @throws {NoTokenError} if the user cancels. */
async function isWanted(terminal: Terminal, holders: readonly string[]): Promise<boolean> {
  const answer = await terminal.ask(
    `${settings.token.env} holds a different token than ${holders.join(' or ')}. Keep this one instead? [y/N] `,
  );
  if (answer === undefined) throw new NoTokenError('Nothing was changed.');
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
