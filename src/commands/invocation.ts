import { accessSync, constants, realpathSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import { name as programName } from '../version.ts';
import { isAbsolutePath, joined, type Place } from './clients/place.ts';
import { commandLine } from './command-line.ts';
import { npxWords, type RunningProgram } from './setup/start.ts';

/** How this program is started in the user's shell. */
export interface Invoked {
  /** The words to which arguments are added. */
  invocation: readonly string[];
  place: Pick<Place, 'platform'>;
}

/** A command of this program, as its user can type it. @param words its arguments. */
export function ownCommand({ invocation, place }: Invoked, ...words: string[]): string {
  return commandLine([...invocation, ...words], place.platform);
}

/**
 * The words with which the running program is started again in a shell: its name, if the PATH leads from
 * there to this very program; npx, for a program in a cache; else Node.js and the main file.
 *
 * @param executable a file that may be executed, with links resolved; undefined if there is none.
 */
export function invocationOf(
  program: Omit<RunningProgram, 'platform'>,
  place: Place,
  executable: (path: string) => string | undefined,
): readonly string[] {
  const { node, mainFile } = program;
  const inCache = npxWords(program);
  if (inCache) return inCache;
  const isWindows = place.platform === 'win32';
  const folders = foldersOnPath(place);
  const named = firstIn(folders, isWindows ? `${programName}.cmd` : programName, place, executable);
  // On Windows npm installs a script, which starts what is in a folder next to it.
  const started =
    isWindows && named !== undefined
      ? executable(joined(place, named.folder, 'node_modules', programName, 'dist', 'main.js'))
      : named?.real;
  if (started === mainFile) return [programName];
  const found = firstIn(folders, isWindows ? 'node.exe' : 'node', place, executable);
  return [found && found.real === executable(node) ? 'node' : node, mainFile];
}

/** The folders in which a shell looks for commands, without those that npm adds for its scripts. */
function foldersOnPath(place: Place): string[] {
  const { basename, delimiter, dirname } = place.platform === 'win32' ? win32 : posix;
  const folders = (place.environment.PATH ?? '').split(delimiter);
  const isOfNpm = (folder: string) =>
    basename(folder) === '.bin' && basename(dirname(folder)) === 'node_modules';
  return folders.filter((folder) => isAbsolutePath(folder, place) && !isOfNpm(folder));
}

/** The first file of this name in the folders. */
function firstIn(
  folders: readonly string[],
  name: string,
  place: Place,
  executable: (path: string) => string | undefined,
): { folder: string; real: string } | undefined {
  for (const folder of folders) {
    const real = executable(joined(place, folder, name));
    if (real !== undefined) return { folder, real };
  }
  return undefined;
}

/** A file on this machine that may be executed, with links resolved; undefined if there is none. */
export function executableHere(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
