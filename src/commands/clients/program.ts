import { posix, win32 } from 'node:path';
import { name as programName } from '../../version.ts';
import { runIn } from './downloads.ts';
import { commandName, entryName, isNode, isPackageName, type ServerStart } from './entry.ts';
import { unwrapped } from './wrappers.ts';

/*
 * Whether an entry starts this program. Only what is run counts: the command, the script that a runtime
 * runs, the package that a runner runs, the image of a container; not what is passed to it.
 */

/** Programs that run a script of JavaScript, by their first argument, perhaps after the word `run`. */
const runtimes = ['bun', 'deno', 'tsx'];
const containers = ['docker', 'podman'];
/** Options of containers without a value. */
const containerSwitches = ['-i', '-t', '-it', '-ti', '--rm', '--init', '--interactive', '--tty'];
/** Options of Node.js that name a file to run before the script. */
export const nodePreloads = ['-r', '--require', '--import', '--loader', '--experimental-loader'];
/** Options of Node.js with a value. */
const nodeValued = [...nodePreloads, '-C'];

/**
 * The word of an entry that names this program: 0 is the command, 1 the first argument; undefined if the
 * entry does not start it. It names the package, its bin, or the file that is running. Under our name, it may
 * also be the main file of a clone, whatever the clone's folder is called, and even if it is gone.
 *
 * @param mainFile the real path of the running program. @param name the entry's name.
 */
export function programIn(start: ServerStart, mainFile: string, name: string): number | undefined {
  const given = [start.command, ...start.args];
  const { words, isUnderstood } = unwrapped(given);
  const isMain = (file: string) => isMainFile(file, start.folder, mainFile, name);
  const isNamed = (part: string) => isMain(part) || holdsName(part);
  if (!isUnderstood) {
    return indexIn(given, (each) => each.split(/[\s"']+/).some(isNamed));
  }
  const at = programAt(words, isMain);
  const word = words[at ?? -1];
  if (at === undefined || word === undefined) return undefined;
  // What is inside of a wrapper is at its end, or in one of its words.
  const outer = given.length - words.length + at;
  return given[outer] === word ? outer : indexIn(given, (each) => each.includes(word));
}

function indexIn(words: readonly string[], test: (word: string) => boolean): number | undefined {
  const at = words.findIndex(test);
  return at === -1 ? undefined : at;
}

/** Where the words of a command name this program as what is run. */
function programAt(
  words: readonly string[],
  isMain: (word: string) => boolean,
): number | undefined {
  const [command = ''] = words;
  const run = runIn(words);
  if (run)
    return indexIn(words, (word) => run.some((each) => isRun(word, each) && holdsName(each)));
  // The bin, or a script in our folder.
  if (isMain(command) || command.split(/[\\/]/).slice(-2).some(isProgramName)) return 0;
  const name = commandName(command);
  if (isNode(command) || runtimes.includes(name)) return scriptAt(words, isMain);
  if (isContainer(command)) return imageAt(words);
  // A runtime of another name, or something before one.
  return indexIn(words, isMain);
}

/** Whether a command starts containers, by its name. */
export function isContainer(command: string): boolean {
  return containers.includes(commandName(command));
}

/** Where the script is that a runtime runs, if it is ours. */
function scriptAt(words: readonly string[], isMain: (word: string) => boolean) {
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (nodeValued.includes(word)) at += 1;
    else if (!word.startsWith('-') && word !== 'run') {
      return isMain(word) || isProgramName(word.split(/[\\/]/).at(-1) ?? '') ? at : undefined;
    }
  }
  return undefined;
}

/** Where our image is; what follows another option may be its value. */
function imageAt(words: readonly string[]): number | undefined {
  return indexIn(words, (word) => {
    const before = words[words.indexOf(word) - 1] ?? '';
    const isValue = before.startsWith('-') && !containerSwitches.includes(before);
    return !isValue && !word.startsWith('-') && word.split(/[/:@]/).includes(programName);
  });
}

/** Whether a word, or the value in a flag, is what is run. */
function isRun(word: string, run: string): boolean {
  return word === run || (word.startsWith('-') && word.endsWith(`=${run}`));
}

function holdsName(word: string): boolean {
  return word.split(/[\\/]/).some(isProgramName);
}

/** Whether a file is the main file of this program, from the folder that the entry names. */
function isMainFile(
  word: string,
  folder: string | undefined,
  mainFile: string,
  name: string,
): boolean {
  const { isAbsolute, join } = folder?.includes('\\') ? win32 : posix;
  const file = folder === undefined || isAbsolute(word) ? word : join(folder, word);
  if (file === mainFile) return true;
  const parts = file.split(/[\\/]/);
  if (!/^main\.[cm]?[jt]s$/.test(parts.at(-1) ?? '')) return false;
  if (parts.some(isProgramName)) return true;
  return name === entryName && parts.slice(-2).join('/') === 'dist/main.js';
}

/** The folder of the package, its bin with any extension, or the package with a version. */
function isProgramName(part: string): boolean {
  return isPackageName(part) || /^\.(?:cmd|exe|ps1|bat|[cm]?js)$/i.test(extensionOf(part));
}

/** What follows the program's name, if a word begins with that. */
function extensionOf(part: string): string {
  return part.startsWith(programName) ? part.slice(programName.length) : '';
}
