import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Owner } from '../safety/owner.ts';
import { systemReason } from '../text/system-reason.ts';

/** How a rename is retried where another program may hold the file for a moment. */
export interface Retrying {
  platform: NodeJS.Platform;
  rename: (from: string, to: string) => Promise<void>;
  /** Resolves after this many milliseconds. */
  pause: (ms: number) => Promise<void>;
}

const onThisMachine: Retrying = {
  platform: process.platform,
  rename,
  pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Windows's errors while a virus scanner, an indexer or the client has the file open. */
const busyCodes = ['EBUSY', 'EPERM', 'EACCES'];
/** In milliseconds; a scanner needs less than a second. */
const pausesMs = [20, 50, 100, 200, 400, 800];

/**
 * Replaces or creates a file atomically: readers see the old content or the new.
 *
 * @param path not a link: a file would replace it. @param mode its permissions, whatever the process's
 * umask. @param owner whose it is to be; undefined for whoever runs this.
 * @throws a system error; the file is unchanged then.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner?: Owner,
  machine: Retrying = onThisMachine,
): Promise<void> {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    await writeNew(temporary, content, mode, owner);
    await renamePatiently(temporary, path, machine);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function renamePatiently(from: string, to: string, machine: Retrying): Promise<void> {
  const { platform, rename: attempt, pause } = machine;
  for (const ms of platform === 'win32' ? pausesMs : []) {
    try {
      return await attempt(from, to);
    } catch (error) {
      if (!busyCodes.includes(systemReason(error))) throw error;
      await pause(ms);
    }
  }
  await attempt(from, to);
}

async function writeNew(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner: Owner | undefined,
): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    if (owner) await giveTo(file, owner);
    // The umask does not apply to a file that existed before.
    await file.chmod(mode);
    // A file that is renamed before it is on disk may be empty after a power failure.
    await file.sync();
  } finally {
    await file.close();
  }
}

/** @throws a system error if the file would be another user's than before. */
async function giveTo(file: FileHandle, { uid, gid }: Owner): Promise<void> {
  const now = await file.stat();
  if (now.uid === uid && now.gid === gid) return;
  try {
    await file.chown(uid, gid);
  } catch (error) {
    // Only its members and root can give a file to a group.
    if (now.uid !== uid) throw error;
  }
}
