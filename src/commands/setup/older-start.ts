import { name as programName } from '../../version.ts';
import { commandName, isNode, isPackageName, type ServerStart } from '../clients/entry.ts';
import { problemWithArguments } from '../clients/entry-arguments.ts';

/*
 * What an older entry of ours says can only be kept if it is understood: a wrapper, a shell or an option
 * of Node.js may restrict the server in ways that are not seen here.
 */

/**
 * Why an older entry may restrict the server in a way that is not understood, to continue a sentence about
 * it; undefined if all of it is.
 *
 * @param program the index of the word that names this program. @param mainFile its real path.
 */
export function notUnderstood(
  { command, args }: ServerStart,
  program: number,
  mainFile: string,
): string | undefined {
  const words = [command, ...args];
  if (!isUsual(words.slice(0, program), words[program] ?? '', mainFile)) {
    return 'starts this program in a way that setup does not understand';
  }
  return problemWithArguments(words.slice(program + 1));
}

/** @param before what is in front of the word that names this program. */
function isUsual(before: readonly string[], word: string, mainFile: string): boolean {
  const names = before.map(commandName);
  if (names.length === 0) return commandName(word) === programName;
  if (names.length === 1 && isNode(names[0] ?? '')) {
    return word === mainFile || commandName(word) === 'main.js';
  }
  const isInCmd = names[0] === 'cmd' && before[1]?.toLowerCase() === '/c';
  const [first, ...flags] = isInCmd ? names.slice(2) : names;
  return first === 'npx' && isPackageName(word) && flags.every((flag) => yes.includes(flag));
}

/** Flags of npx that restrict nothing. */
const yes = ['-y', '--yes'];
