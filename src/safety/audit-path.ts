import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { systemReason } from '../text/system-reason.ts';

/** The value that means stdout instead of a file. */
export const auditToStdout = 'stdout';

/** What stands for the name of the replica in the path. */
export const replicaPlaceholder = '{replica}';

/** The constants of `node:fs`, some of which Windows lacks. */
type Constants = Readonly<Record<'O_APPEND' | 'O_RDWR', number>> &
  Readonly<Partial<Record<'O_NONBLOCK' | 'O_NOCTTY', number>>>;

/**
 * The flags for opening the file, at the start and for each line. It is also opened for reading, to
 * find a torn line, and without blocking, because a pipe would make us wait.
 */
export function auditFlags({ O_APPEND, O_RDWR, O_NONBLOCK = 0, O_NOCTTY = 0 }: Constants): number {
  return O_APPEND | O_RDWR | O_NONBLOCK | O_NOCTTY;
}

/**
 * Where the audit log is written.
 *
 * @param given the setting. @param replica its name, fit for a file name; undefined if the server does
 * not serve HTTP. @returns what is wrong, in a sentence, if it is.
 */
export function auditTarget(
  given: string,
  replica: string | undefined,
): { target: string } | { problem: string } {
  if (replica !== undefined) return { target: given.replaceAll(replicaPlaceholder, replica) };
  if (given === auditToStdout) {
    return {
      problem: `${name} can be stdout with --http only: without it, stdout belongs to the protocol. For a file of that name, write ./stdout.`,
    };
  }
  if (given.includes(replicaPlaceholder)) {
    return { problem: `${name} can have ${replicaPlaceholder} with --http only.` };
  }
  return { target: given };
}

/**
 * Why no line can be appended to the file, in a sentence that does not name it; undefined if one
 * can. Creates nothing, and does not wait for a pipe.
 */
export function problemWithAuditLog(file: string): string | undefined {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there ? !there.isFile() : endsInSeparator(file))
      return `${name} does not name a regular file.`;
    if (there) closeSync(openSync(file, auditFlags(constants)));
    else assertFolderWritable(dirname(targetOf(file)));
    return undefined;
  } catch (error) {
    return `${name} names a file that can't be written (${systemReason(error)}).`;
  }
}

const name = '--audit-log (SEGMENT_AUDIT_LOG)';

function endsInSeparator(path: string): boolean {
  return path.endsWith('/') || path.endsWith(sep);
}

/**
 * The file that would be created: the target of a link that leads nowhere yet. @throws a system
 * error.
 */
function targetOf(path: string): string {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  const target = readlinkSync(path);
  if (endsInSeparator(target)) throw Object.assign(new Error(), { code: 'EISDIR' });
  return targetOf(resolve(realpathSync(dirname(path)), target));
}

/** @throws a system error. */
function assertFolderWritable(folder: string): void {
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  accessSync(folder, constants.W_OK | constants.X_OK);
}
