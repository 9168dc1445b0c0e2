import { posix, win32 } from 'node:path';
import { settings } from '../../config/settings.ts';
import { isNode, type ServerStart } from '../clients/entry.ts';
import { isAbsolutePath, pathFrom } from '../clients/place.ts';
import type { DoctorMachine, PathKind } from './machine.ts';

/*
 * Whether a client would find what an entry names. What a client puts in itself, such as ${userHome}, is
 * not known here.
 */

/** What was found out about the paths of an entry. */
export interface EntryPaths {
  /** Why the client can't start the server, each to continue a sentence about the entry. */
  problems: string[];
  /** What depends on the folder in which the client starts it. */
  relative: string[];
  /** What only the client can expand. */
  unknown: string[];
  /** The file that is the command; undefined if that is not known. */
  commandFile: string | undefined;
}

type Machine = Pick<DoctorMachine, 'place' | 'kindOf'>;

/**
 * @param program the index of the word that names this program, as `programIn` gives it.
 * @param folder in which the client starts it; undefined if that is not known.
 */
export function pathsOf(
  start: ServerStart,
  program: number,
  folder: string | undefined,
  machine: Machine,
): EntryPaths {
  const looks = new PathLooks(machine, folder);
  looks.atHome(start);
  looks.command(start.command);
  for (const path of pathsBefore(start, program)) looks.kindOf(path);
  return looks.found();
}

/** The paths that must exist; what follows the program may be files that are yet to be created. */
function pathsBefore({ command, args, env }: ServerStart, program: number): string[] {
  const isProgram = (index: number) => index === program - 1;
  const words = args
    .slice(0, program)
    .map(valueIn)
    .filter((word, index) => isProgram(index) || isRooted(word));
  const files = [settings.tokenFile, settings.secretFile].flatMap(
    (setting) => env[setting.env]?.trim() || [],
  );
  // To Node.js, a name alone is a file as well.
  return [...words.filter((word) => isNode(command) || hasSeparator(word)), ...files];
}

/** The variables that name files and folders. */
const pathVariables = [
  settings.tokenFile,
  settings.secretFile,
  settings.stateFolder,
  settings.auditLog,
].map(({ env }) => env);

/** Looks at paths, and collects what is wrong with them. */
class PathLooks {
  readonly #machine: Machine;
  readonly #folder: string | undefined;
  readonly #missing: string[] = [];
  readonly #problems: string[] = [];
  readonly #relative: string[] = [];
  readonly #unknown: string[] = [];
  #commandFile: string | undefined;

  constructor(machine: Machine, folder: string | undefined) {
    this.#machine = machine;
    this.#folder = folder;
  }

  /** Looks for `~`. */
  atHome({ command, args, env }: ServerStart): void {
    const values = Object.entries(env).filter(([name]) => pathVariables.includes(name));
    const words = [command, ...args, ...values.map(([, value]) => value)].filter(isHomely);
    if (words.length === 0) return;
    this.#problems.push(`names paths with ~, which only a shell expands: ${words.join(', ')}`);
  }

  command(command: string): void {
    if (isVariable(command) || hasSeparator(command)) {
      const kind = this.kindOf(command);
      if (kind === 'program')
        this.#commandFile = pathFrom(this.#folder, command, this.#machine.place);
      if (kind === 'file' || kind === 'other')
        this.#problems.push(`has a command that is not executable: ${command}`);
      return;
    }
    this.#commandFile = onPath(command, this.#machine);
    if (this.#commandFile !== undefined) return;
    this.#problems.push(`has a command that is not on the PATH: ${command}`);
  }

  /** What a path leads to; undefined if that is not known. */
  kindOf(given: string): PathKind | undefined {
    const { place, kindOf } = this.#machine;
    if (isHomely(given)) return undefined;
    const path = isVariable(given) ? given : pathFrom(this.#folder, given, place);
    if (isVariable(path) || !isAbsolutePath(path, place)) {
      (isVariable(path) ? this.#unknown : this.#relative).push(path);
      return undefined;
    }
    const kind = kindOf(path);
    if (kind === undefined) this.#missing.push(path);
    if (kind === 'folder') this.#problems.push(`names a folder instead of a file: ${path}`);
    if (kind === 'unreachable')
      this.#problems.push(`names a path that can't be looked at from here: ${path}`);
    return kind;
  }

  found(): EntryPaths {
    const missing = [...new Set(this.#missing)];
    const first =
      missing.length > 0 ? [`names paths that do not exist: ${missing.join(', ')}`] : [];
    return {
      problems: [...first, ...this.#problems],
      relative: this.#relative,
      unknown: this.#unknown,
      commandFile: this.#commandFile,
    };
  }
}

/** The value in a flag such as `--require=/a.js`, or the word itself. */
function valueIn(word: string): string {
  return word.startsWith('-') && word.includes('=') ? word.slice(word.indexOf('=') + 1) : word;
}

function isHomely(word: string): boolean {
  return /^~[\\/]/.test(valueIn(word));
}

function isVariable(word: string): boolean {
  return word.includes('${') || word.startsWith('$') || /^%[^%]+%/.test(word);
}

/** Whether a word begins as an absolute path or a variable does. */
function isRooted(word: string): boolean {
  return isVariable(word) || word.startsWith('/') || win32.isAbsolute(word);
}

function hasSeparator(word: string): boolean {
  return word.includes('/') || word.includes('\\');
}

/** Where the PATH of this process leads; a client's may be another one. */
function onPath(command: string, { place, kindOf }: Machine): string | undefined {
  const { environment, platform } = place;
  const isWindows = platform === 'win32';
  const { join, delimiter } = isWindows ? win32 : posix;
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter);
  const endings = isWindows ? ['', ...(environment.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  const files = folders
    .filter((folder) => folder !== '')
    .flatMap((folder) => endings.map((ending) => join(folder, command + ending)));
  return files.find((file) => kindOf(file) === 'program');
}
