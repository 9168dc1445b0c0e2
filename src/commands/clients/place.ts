import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { ConfigError } from '../../config/config.ts';
import { systemReason } from '../../text/system-reason.ts';

/**
 * What the locations of files depend on; passed in, so that any platform can be examined on any
 * other.
 */
export interface Place {
  platform: NodeJS.Platform;
  environment: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  home: string;
  /** The working folder of the command. */
  cwd: string;
}

/** Where this process runs. @throws {ConfigError} if its working folder was deleted. */
export function placeHere(): Place {
  const { platform, env: environment } = process;
  return { platform, environment, home: homedir(), cwd: workingFolder() };
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new ConfigError([
      `The working folder can't be found (${systemReason(error)}): change to a folder that exists, and run this again.`,
    ]);
  }
}

/** Joins parts of a path in the style of the platform. */
export function joined({ platform }: Place, ...parts: string[]): string {
  return (platform === 'win32' ? win32 : posix).join(...parts);
}

/** Whether a path is absolute on the platform. */
export function isAbsolutePath(path: string, { platform }: Pick<Place, 'platform'>): boolean {
  return (platform === 'win32' ? win32 : posix).isAbsolute(path);
}

/** A path in a folder, unless it is absolute or there is no folder. */
export function pathFrom(
  folder: string | undefined,
  path: string,
  place: Pick<Place, 'platform'>,
): string {
  if (folder === undefined || isAbsolutePath(path, place)) return path;
  return (place.platform === 'win32' ? win32 : posix).resolve(folder, path);
}

/** Whether an absolute path leads elsewhere in each process, as `/dev/stdin` and `/proc/self/fd/3` do. */
export function isOfOneProcess(path: string): boolean {
  const plain = posix.normalize(path);
  return ['/dev/std', '/dev/fd/', '/proc/'].some((start) => plain.startsWith(start));
}

/** The folder that a variable names, if any. */
export function folderIn(place: Place, variable: string): string | undefined {
  const value = place.environment[variable]?.trim();
  return value && isAbsolutePath(value, place) ? value : undefined;
}

/**
 * Where desktop programs keep their settings: `%APPDATA%`, `~/Library/Application Support`, or the
 * XDG base directory for configuration.
 */
export function applicationFolder(place: Place): string {
  if (place.platform === 'darwin') return joined(place, place.home, 'Library/Application Support');
  if (place.platform !== 'win32') return configFolder(place);
  return folderIn(place, 'APPDATA') ?? joined(place, place.home, 'AppData/Roaming');
}

/** The XDG base directory for configuration, which some programs use on every platform. */
export function configFolder(place: Place): string {
  return folderIn(place, 'XDG_CONFIG_HOME') ?? joined(place, place.home, '.config');
}

/** The folder of a file. */
export function folderOf(file: string, { platform }: Place): string {
  return (platform === 'win32' ? win32 : posix).dirname(file);
}
