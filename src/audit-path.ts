import { accessSync, closeSync, constants, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemReason } from './system-reason.ts';

/**
 * Why no line could be appended to the file, in a sentence that does not name it; undefined if one
 * could. Creates nothing, and is not held up by a pipe.
 */
export function problemWithAuditLog(file: string): string | undefined {
  try {
    const there = statSync(file, { throwIfNoEntry: false });
    if (there === undefined) assertFolderWritable(dirname(file));
    else if (!there.isFile()) return `${name} names what is not a file.`;
    else closeSync(openSync(file, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK));
    return undefined;
  } catch (error) {
    return `${name} names a file that can't be written (${systemReason(error)}).`;
  }
}

const name = '--audit-log (SEGMENT_AUDIT_LOG)';

/** @throws an error of the system. */
function assertFolderWritable(folder: string): void {
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  accessSync(folder, constants.W_OK | constants.X_OK);
}
