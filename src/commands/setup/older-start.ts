import { parseCommand } from '../../cli.ts';
import { ConfigError } from '../../config/config.ts';
import { name as programName } from '../../version.ts';
import type { ServerStart } from '../clients/entry.ts';

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
  const problems = problemsWith(words.slice(program + 1));
  if (problems.length === 0) return undefined;
  return `passes arguments that the server refuses (${problems.join(' ')})`;
}

/** @param before what is in front of the word that names this program. */
function isUsual(before: readonly string[], word: string, mainFile: string): boolean {
  const names = before.map(nameOf);
  if (names.length === 0) return nameOf(word) === programName;
  if (names.length === 1 && /^node(?:js)?[\d.-]*$/.test(names[0] ?? '')) {
    return word === mainFile || nameOf(word) === 'main.js';
  }
  const [first, ...flags] = names[0] === 'cmd' && names[1] === '/c' ? names.slice(2) : names;
  const isPackage = word === programName || word.startsWith(`${programName}@`);
  return first === 'npx' && isPackage && flags.every((flag) => ['-y', '--yes'].includes(flag));
}

/** The last part of a path, without the ending that a command has on Windows. */
function nameOf(word: string): string {
  if (word.startsWith('/c')) return word;
  const last = word.split(/[\\/]/).at(-1) ?? '';
  return last.toLowerCase().replace(/\.(?:exe|cmd|bat|ps1)$/, '');
}

/** What the server says of its arguments. */
function problemsWith(args: readonly string[]): readonly string[] {
  try {
    const command = parseCommand(args);
    if (command.kind === 'serve') return command.problems;
    return [`They run ${command.kind} instead.`];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}
