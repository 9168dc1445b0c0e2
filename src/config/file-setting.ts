import { readFileSync } from 'node:fs';
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
  let text: string;
  try {
    text = decodeText(readFileSync(file)).trim();
  } catch (error) {
    // The name is not repeated: it may be a secret in the wrong place.
    problems.push(`${env} names a file that can't be read (${systemReason(error)}).`);
    return undefined;
  }
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
