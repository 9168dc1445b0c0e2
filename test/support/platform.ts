import { statSync } from 'node:fs';
import { expect } from 'vitest';

/*
 * What Windows has not: signals that a program can answer (whoever sends one ends it at once), modes of
 * files (the access list of the profile is in their place), pipes with a name, devices as files, a POSIX
 * shell, and links that anybody may make. Tests of these are skipped there, and say so in their titles.
 */

export const isWindows = process.platform === 'win32';

/** Expects the mode of a file or folder; of nothing on Windows, where there is none. */
export function expectMode(path: string, mode: number): void {
  if (!isWindows) expect(statSync(path).mode & 0o777).toBe(mode);
}
