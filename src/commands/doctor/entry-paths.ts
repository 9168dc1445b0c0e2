import { posix, win32 } from 'node:path';
import { settings } from '../../config/settings.ts';
import { isNode, type ServerStart } from '../clients/entry.ts';
import { isAbsolutePath, isOfOneProcess, pathFrom } from '../clients/place.ts';
import { isContainer } from '../clients/program.ts';
import type { DoctorMachine, PathKind } from './machine.ts';
import { readNodeOptions } from './node-options.ts';

/*
 * Whether a client would find what an entry names. What a client puts in itself, such as ${userHome}, is
 * not known here.
 */

/** What was found out about the paths of an entry. */
export interface EntryPaths {
  /** Why the client can't start the server, each to continue a sentence about the entry. */
  problems: string[];
  /** What does not exist, which one of the problems says. */
  missing: string[];
  /** What depends on the folder in which the client starts it. */
  relative: string[];
  /** What only the client can expand. */
  unknown: string[];
  /** The file that is the command; undefined if that is not known. */
  commandFile: string | undefined;
}

type Machine = Pick<DoctorMachine, 'place' | 'kindOf'>;

/** Whether a path of an entry leads to a file, wherever the client starts the server. */
export function isFileHere(path: string, { place, kindOf }: Machine): boolean {
  if (!isAbsolutePath(path, place) || isOfOneProcess(path)) return false;
  return ['file', 'program'].includes(kindOf(path) ?? '');
}

/** Whether a path leads to something that another process, or a second reader, would find empty or not at all. */
export function isStream(path: string, { kindOf }: Pick<Machine, 'kindOf'>): boolean {
  return isOfOneProcess(path) || kindOf(path) === 'other';
}

/**
 * @param inner what a wrapper in the entry starts, or the same. @param program the index in that of the word that names this program, as `programIn` gives it.
 * @param folder in which the client starts it; undefined if that is not known.
 */
export function pathsOf(
  { start, inner }: { start: ServerStart; inner: ServerStart },
  program: number,
  folder: string | undefined,
  machine: Machine,
): EntryPaths {
  const looks = new PathLooks(machine, folder);
  looks.atHome(start);
  looks.command(start);
  for (const path of pathsBefore(inner, program)) looks.kindOf(path);
  return looks.found();
}

/** The paths that must exist; what follows the program may be files that are yet to be created. */
function pathsBefore({ command, args, env }: ServerStart, program: number): string[] {
  // What a container sees under a path, such as a volume, is not known here.
  if (isContainer(command)) return [];
  const isProgram = (index: number) => index === program - 1;
  const words = args
    .slice(0, program)
    .map(valueIn)
    .filter((word, index) => isProgram(index) || isRooted(word));
  const files = [settings.tokenFile, settings.secretFile].flatMap(
    (setting) => env[setting.env]?.trim() || [],
  );
  files.push(...readNodeOptions(env.NODE_OPTIONS ?? '').files);
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

  command({ command, env }: ServerStart): void {
    if (isVariable(command) || hasSeparator(command)) {
      const kind = this.kindOf(command);
      if (kind === 'program')
        this.#commandFile = pathFrom(this.#folder, command, this.#machine.place);
      if (kind === 'file' || kind === 'other')
        this.#problems.push(`has a command that is not executable: ${command}`);
      return;
    }
    const path = pathVariableIn(env, this.#machine.place);
    if (path !== undefined && isVariable(path)) {
      this.#unknown.push('PATH');
      return;
    }
    this.#commandFile = onPath(command, path, this.#machine);
    if (this.#commandFile !== undefined) return;
    const which = path === undefined ? 'the PATH' : 'its PATH';
    this.#problems.push(`has a command that is not on ${which}: ${command}`);
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
      missing,
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

/** The PATH that an entry sets, if it sets one. */
function pathVariableIn(env: ServerStart['env'], { platform }: Machine['place']) {
  const isPath = (name: string) =>
    platform === 'win32' ? name.toUpperCase() === 'PATH' : name === 'PATH';
  return Object.entries(env).find(([name]) => isPath(name))?.[1];
}

/** Where a PATH leads; by default that of this process, although a client's may be another one. */
function onPath(
  command: string,
  given: string | undefined,
  { place, kindOf }: Machine,
): string | undefined {
  const { environment, platform } = place;
  const isWindows = platform === 'win32';
  const { join, delimiter } = isWindows ? win32 : posix;
  const path = given ?? environment.PATH ?? environment.Path ?? '';
  const endings = isWindows ? ['', ...(environment.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  const files = path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => endings.map((ending) => join(folder, command + ending)));
  return files.find((file) => kindOf(file) === 'program');
}
