import type { Clock } from '../clock.ts';
import type { AuditSink } from './audit-log.ts';

/** How long a line may wait for a slow reader. */
const maxWaitMs = 5000;

/** The part of a stream of Node.js that is used here. */
export interface LineStream {
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * A stream, such as stdout, among whose lines those of the audit log are marked. A line counts as written
 * when the operating system has taken it: whether its reader keeps it is not known.
 */
export function auditStream(
  stream: LineStream,
  name: string,
  { after }: Pick<Clock, 'after'>,
): AuditSink {
  let broken: Error | undefined;
  /** How many lines have waited too long, and are not taken yet. */
  let late = 0;
  // A reader that is gone must not end the process, only its writes.
  stream.on('error', (error) => {
    broken = error;
  });
  const assertWritable = async () => {
    if (broken) throw broken;
    if (late > 0) throw tooSlow();
  };
  return {
    name,
    marks: { kind: 'audit' },
    assertWritable,
    async append(line) {
      await assertWritable();
      await new Promise<void>((resolve, reject) => {
        let isLate = false;
        const cancelTimer = after(maxWaitMs, () => {
          isLate = true;
          late += 1;
          reject(tooSlow());
        });
        stream.write(line, (error) => {
          cancelTimer();
          if (isLate) late -= 1;
          if (error) reject(error);
          else resolve();
        });
      });
    },
  };
}

function tooSlow(): Error {
  return new Error('its reader does not keep up');
}
