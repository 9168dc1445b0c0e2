import { type ChildProcess, spawn } from 'node:child_process';

/** A replica of its own process, started by a script and a task as JSON. */
export interface Started {
  process: ChildProcess;
  /** Resolves with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts processes, and lets all begin at once when the last is ready. */
export async function startTeam(script: string, tasks: readonly object[]): Promise<Started[]> {
  const started = tasks.map((task) => {
    const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(task)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? code));
    });
    const ready = new Promise<void>((resolve, reject) => {
      child.stdout.once('data', () => resolve());
      void ended.then((how) => reject(new Error(`a replica ended before it began: ${how}`)));
    });
    return { process: child, ended, ready, begin: () => child.stdin.write('begin\n') };
  });
  await Promise.all(started.map(({ ready }) => ready));
  for (const { begin } of started) begin();
  return started;
}
