import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
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
  let content: Buffer | undefined;
  try {
    content = contentOf(file);
  } catch (error) {
    // The name is not repeated: it may be a secret in the wrong place.
    problems.push(`${env} names a file that can't be read (${systemReason(error)}).`);
    return undefined;
  }
  if (content === undefined) {
    const seconds = maxPipeWaitMs / 1000;
    problems.push(`${env} names a pipe that nothing was written to for ${seconds} seconds.`);
    return undefined;
  }
  const text = decodeText(content).trim();
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

/** How long the writer of a pipe may write nothing, milliseconds: a password manager may ask its user first. */
const maxPipeWaitMs = 5000;
/** How long to wait before a pipe is looked at again, milliseconds. */
const pauseMs = 5;

/**
 * The content of a file. A pipe is read to its end, which is at once if nobody has it open to write: to
 * wait for a writer would hold up the start for ever.
 *
 * @param waitMs how long the writer of a pipe may write nothing.
 * @returns undefined if it did so for longer.
 * @throws if it can't be read.
 */
export function contentOf(file: string, waitMs = maxPipeWaitMs): Buffer | undefined {
  // Windows has neither such pipes nor the flag.
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const isPipe = fstatSync(descriptor).isFIFO();
    return isPipe ? contentOfPipe(descriptor, waitMs) : readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function contentOfPipe(descriptor: number, waitMs: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  const pausing = new Int32Array(new SharedArrayBuffer(4));
  let waitedMs = 0;
  while (waitedMs <= waitMs) {
    const chunk = Buffer.alloc(4096);
    try {
      const length = readSync(descriptor, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      waitedMs = 0;
    } catch (error) {
      // Somebody has it open, and has yet to write.
      if (systemReason(error) !== 'EAGAIN') throw error;
      Atomics.wait(pausing, 0, 0, pauseMs);
      waitedMs += pauseMs;
    }
  }
  return undefined;
}
