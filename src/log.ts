import type { Redactor } from './text/redact.ts';
import { visibleJson } from './text/visible.ts';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Logs what happens, for the person who runs the server. */
export type Log = (level: LogLevel, message: string, facts?: Record<string, unknown>) => void;

/** The same log, whose lines also contain these facts. */
export function withFacts(log: Log, facts: Readonly<Record<string, unknown>>): Log {
  return (level, message, more) => log(level, message, { ...facts, ...more });
}

/**
 * A log of one JSON object per line: `{"time","level","message",…facts}`.
 *
 * @param most the most verbose level to write.
 * @param write receives each finished line; it never writes to stdout, which belongs to the
 * protocol.
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
