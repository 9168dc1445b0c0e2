import { systemReason } from '../text/system-reason.ts';

/** Loaded when first needed, so that start-up does not wait for it. */
const fs = () => process.getBuiltinModule('node:fs');
const paths = () => process.getBuiltinModule('node:path');

/** Whose a file or a folder is, by numbers; zeros on Windows. */
export interface Owner {
  uid: number;
  gid: number;
}

/**
 * Whose something new is to be: what root makes in a user's home, as with sudo, is for that user.
 *
 * @param folder where it is made; if that does not exist yet, the nearest one above it counts.
 * @param user who runs this; undefined on Windows. Only root (0) can give things away.
 * @returns undefined if it is to belong to whoever runs this. @throws a system error.
 */
export function ownerOfNew(folder: string, user = process.getuid?.()): Owner | undefined {
  if (user !== 0) return undefined;
  const { uid, gid } = fs().statSync(nearestThere(folder));
  return uid === user ? undefined : { uid, gid };
}

/** A folder itself, or the nearest one above it that exists. */
export function nearestThere(folder: string): string {
  const above = paths().dirname(folder);
  return above === folder || fs().existsSync(folder) ? folder : nearestThere(above);
}

/**
 * Makes a folder and those above it. Node's own `recursive` never ends where a file system refuses with
 * ENOENT although the folder above exists, as in /proc.
 *
 * @param owner whose they are to be; undefined for whoever runs this.
 * @returns the uppermost new one, if any. @throws a system error.
 */
export function makeFolder(path: string, mode: number, owner?: Owner): string | undefined {
  try {
    fs().mkdirSync(path, { mode });
  } catch (error) {
    const above = paths().dirname(path);
    if (systemReason(error) === 'ENOENT' && above !== path && !fs().existsSync(above)) {
      const first = makeFolder(above, mode, owner);
      const own = makeFolder(path, mode, owner);
      return first ?? own;
    }
    if (fs().statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    throw error;
  }
  if (owner) give(path, owner, fs().constants.O_DIRECTORY);
  return path;
}

/**
 * Gives something new to its owner, if the file system can. Whoever may change the folder around it could
 * put a link in its place, which is not followed.
 *
 * @param kind flags for opening it.
 */
export function give(path: string, { uid, gid }: Owner, kind = 0): void {
  const { O_RDONLY, O_NOFOLLOW } = fs().constants;
  const file = fs().openSync(path, O_RDONLY | O_NOFOLLOW | kind);
  try {
    fs().fchownSync(file, uid, gid);
  } catch {
    // Some file systems have no owners, or don't let root give things away.
  } finally {
    fs().closeSync(file);
  }
}
