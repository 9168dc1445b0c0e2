/** SIGBREAK is Ctrl-Break on Windows; signals that a system lacks never come. */
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGALRM', 'SIGBREAK'] as const;
export type Signal = (typeof signals)[number];

/**
 * Calls `act` with every signal that asks the process to end. The listeners stay: a second signal,
 * while running calls end, must not end the process either.
 */
export function onSignal(act: (signal: Signal) => void): void {
  for (const signal of signals) process.on(signal, () => act(signal));
}
