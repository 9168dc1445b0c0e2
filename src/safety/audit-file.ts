import type { FileHandle } from 'node:fs/promises';
import type { AuditSink } from './audit-log.ts';
import { auditFlags } from './audit-path.ts';

/** Loaded when first needed: start-up should not wait for it. */
const files = () => import('node:fs/promises');

/** Only the owner may read it: it holds definitions. */
const fileMode = 0o600;

const lineFeed = 0x0a;

/**
 * A file, to which lines are appended; what is appended is on the disk. It is opened again for each
 * line, so that it may be moved away or replaced at any time.
 */
export function auditFile(path: string): AuditSink {
  return {
    name: path,
    marks: {},
    async assertWritable() {
      const file = await openRegular(path);
      await file.close();
    },
    append: (line) => appendLine(path, line),
  };
}

/**
 * Opens the file to read and append, and creates it if there is none. What was opened is checked,
 * because the path may have become something else.
 */
async function openRegular(path: string): Promise<FileHandle> {
  const { constants, open, stat } = await files();
  const there = await stat(path).catch(() => undefined);
  // Opening a device may already have an effect.
  if (there && !there.isFile()) throw new Error('it is not a file');
  const file = await open(path, auditFlags(constants) | constants.O_CREAT, fileMode);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is not a file');
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
}

/** One write for the whole line, so that lines of other processes can't get into it. */
async function appendLine(path: string, line: string): Promise<void> {
  const file = await openRegular(path);
  try {
    const bytes = Buffer.from((await endsInLine(file)) ? line : `\n${line}`);
    const { bytesWritten } = await file.write(bytes, 0, bytes.length);
    if (bytesWritten < bytes.length) {
      throw new Error(`only ${bytesWritten} of ${bytes.length} bytes could be written`);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * False after a line that was torn by a full disk or a power loss, and while another process is in
 * the middle of a long one, which costs only an empty line.
 */
async function endsInLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
  return buffer[0] === lineFeed;
}
