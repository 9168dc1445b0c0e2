import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { decodeText } from '../text/decode-text.ts';
import { systemReason } from '../text/system-reason.ts';
import type { Setting } from './settings.ts';
import { slipIn } from './slips.ts';

/**
 * The value of a setting that is kept in a file; undefined if it can't be used, which is reported.
 */
export function readFileOf<Value>(
  { env }: Setting<string>,
  setting: Setting<Value>,
  file: string,
  problems: string[],
): Value | undefined {
  let read: FileContent;
  try {
    read = contentOf(file);
  } catch (error) {
    // The name is not repeated: it may be a secret in the wrong place.
    problems.push(`${env} names a file that can't be read (${systemReason(error)}).`);
    return undefined;
  }
  if ('problem' in read) {
    problems.push(`${env} names ${read.problem}.`);
    return undefined;
  }
  const text = decodeText(read.content).trim();
  if (text === '') {
    problems.push(`${env} names an empty file.`);
    return undefined;
  }
  const slip = slipIn(text);
  if (slip) {
    problems.push(`${env}: the file's content ${slip.what}.`);
    return undefined;
  }
  const result = setting.schema().safeParse(text);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    problems.push(`${env}: the file's content ${issue.message}.`);
  }
  return undefined;
}

/** The content of a file, or what it is instead of one that can be used, to follow "names". */
export type FileContent = { content: Buffer } | { problem: string };

/** How long the writer of a pipe may take, milliseconds: a password manager may ask its user first. */
const maxPipeMs = 5000;
/** How long to wait before a pipe is looked at again, milliseconds. */
const pauseMs = 5;
/** A token or a key is far smaller. */
const maxFileBytes = 65_536;

/**
 * The content of a file. A pipe is read to its end, which is at once if nobody has it open to write: to
 * wait for a writer would hold up the start for ever.
 *
 * @param maxMs how long the writer of a pipe may take, in milliseconds.
 * @throws if it can't be read.
 */
export function contentOf(file: string, maxMs = maxPipeMs): FileContent {
  // Windows has neither such pipes nor the flag.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    // A device may have no end; a folder can't be read, which has a code of its own.
    if (!stats.isFile() && !stats.isFIFO() && !stats.isDirectory()) {
      return { problem: 'something that is neither a file nor a pipe' };
    }
    return readToEnd(descriptor, maxMs);
  } finally {
    closeSync(descriptor);
  }
}

function readToEnd(descriptor: number, maxMs: number): FileContent {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const pausing = new Int32Array(new SharedArrayBuffer(4));
  let waitedMs = 0;
  while (bytes <= maxFileBytes) {
    const chunk = Buffer.alloc(4096);
    try {
      const length = readSync(descriptor, chunk);
      if (length === 0) return { content: Buffer.concat(chunks) };
      chunks.push(chunk.subarray(0, length));
      bytes += length;
    } catch (error) {
      // Somebody has the pipe open, and has yet to write.
      if (systemReason(error) !== 'EAGAIN') throw error;
      if (waitedMs >= maxMs) {
        return { problem: `a pipe that was not written to its end within ${maxMs / 1000} seconds` };
      }
      Atomics.wait(pausing, 0, 0, pauseMs);
      waitedMs += pauseMs;
    }
  }
  return { problem: `a file of more than ${maxFileBytes} bytes` };
}
