import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { systemReason } from '../../text/system-reason.ts';
import type { PathKind } from './machine.ts';

/** What a path leads to, links resolved; undefined if nothing is there. */
export function kindOf(path: string): PathKind | undefined {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    return systemReason(error) === 'ENOTDIR' ? undefined : 'unreachable';
  }
  if (!stats) return undefined;
  if (stats.isDirectory()) return 'folder';
  if (!stats.isFile()) return 'other';
  // Windows has no permission to execute.
  if (process.platform === 'win32') return 'program';
  try {
    accessSync(path, constants.X_OK);
    return 'program';
  } catch {
    return 'file';
  }
}
