import type { Redactor } from './redact.ts';
import { visibleJson } from './visible.ts';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Writes what happens, for the person who runs the server. */
export type Log = (level: LogLevel, message: string, facts?: Record<string, unknown>) => void;

/**
 * A log of one JSON object per line: `{"time","level","message",…facts}`.
 *
 * @param most the most talkative level that is still written.
 * @param write takes a finished line; stdout is never the place, it belongs to the protocol.
 */
export function createLog(
  most: LogLevel,
  redactor: Redactor,
  now: () => number,
  write: (line: string) => void,
): Log {
  return (level, message, facts) => {
    if (logLevels.indexOf(level) > logLevels.indexOf(most)) return;
    const entry = { time: new Date(now()).toISOString(), level, message, ...facts };
    write(`${redactor.text(visibleJson(redactor.value(entry)))}\n`);
  };
}
