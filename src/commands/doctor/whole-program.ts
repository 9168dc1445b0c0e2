import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Place } from '../clients/place.ts';

/*
 * Programs that end with everything that they have started: the command of a client's entry may be a
 * script whose children would otherwise stay.
 */

/**
 * Starts a program. When it ends, and when the signal is aborted, everything that it has started is ended,
 * too.
 */
export function startWhole(
  command: string,
  words: readonly string[],
  environment: Place['environment'],
  signal: AbortSignal,
): ChildProcessWithoutNullStreams {
  const isWindows = process.platform === 'win32';
  // A process group of its own; on Windows that would open a window, and taskkill finds the children.
  const options = { env: environment, windowsHide: true, detached: !isWindows };
  const child = spawn(command, words, options);
  const end = () => endWhole(child, isWindows);
  const forget = () => signal.removeEventListener('abort', end);
  signal.addEventListener('abort', end);
  child.once('error', forget);
  child.once('exit', () => {
    forget();
    end();
  });
  if (signal.aborted) end();
  return child;
}

/** Ends a process and all that it has started; nothing, if it did not start. */
function endWhole(child: ChildProcessWithoutNullStreams, isWindows: boolean): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (isWindows) {
    const words = ['/pid', String(pid), '/T', '/F'];
    const ending = spawn('taskkill', words, { stdio: 'ignore', windowsHide: true });
    ending.once('error', () => child.kill());
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** The signals by which a person ends this program. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal that is aborted when a person ends this program: a terminal does not reach other process groups.
 * This program then ends as it would have without this.
 */
export function endingSignal(): AbortSignal {
  const over = new AbortController();
  for (const ending of endings) {
    process.once(ending, () => {
      over.abort();
      process.kill(process.pid, ending);
    });
  }
  return over.signal;
}
